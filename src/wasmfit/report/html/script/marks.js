// @ts-check
/** Marks in charts, distinguished by shape as well as by colour. */
import { svg } from "./dom.js";

const PATHS = [
  "M-5,0A5,5 0 1,0 5,0A5,5 0 1,0 -5,0Z",
  "M-4.6,-4.6H4.6V4.6H-4.6Z",
  "M0,-5.8L5.6,4.4H-5.6Z",
  "M0,5.8L5.6,-4.4H-5.6Z",
  "M0,-6.2L6.2,0L0,6.2L-6.2,0Z",
];

/** @param {number} x @param {number} y @param {string} colour @param {number} shape */
export function mark(x, y, colour, shape) {
  return svg("path", {
    class: `mark ${colour}`,
    d: PATHS[shape % PATHS.length],
    transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`,
  });
}

/** A chart's frame. @param {number} width @param {number} height @param {string} says what the chart shows, for who cannot see it */
export function frame(width, height, says) {
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": says });
}

/** @param {number} x @param {number} y @param {string} text @param {string} [kind] @param {"start" | "middle" | "end"} [anchor] */
export function words(x, y, text, kind = "", anchor = "start") {
  return svg("text", { x: x.toFixed(1), y: y.toFixed(1), class: kind || null, "text-anchor": anchor }, text);
}
