// @ts-check
/** A treemap of one level with the levels below it, as far as there is room; a box opens when it is chosen. */
import { svg } from "./dom.js";
import { inBytes, percent } from "./format.js";
import { frame, words } from "./marks.js";
import { fitting } from "./measure.js";
import { rove } from "./roving.js";
import { squarify } from "./squarify.js";
import { hide, shown } from "./tip.js";

/** @typedef {import("./trees.js").Tree} Tree */

const HEAD = 18;
const ROOMY = 24_000;

/**
 * @param {number} width @param {Tree} node @param {(node: Tree) => string} colour @param {(node: Tree) => string} name
 * @param {(node: Tree) => void} open @param {() => void} back
 */
export function treemap(width, node, colour, name, open, back) {
  const height = Math.max(320, Math.min(560, width * 0.62));
  const chart = frame(
    width,
    height,
    `Treemap of ${name(node)}, ${inBytes(node.bytes)} in ${node.rows.length} boxes; arrow keys go from box to box, Enter opens one, Escape goes back`,
  );
  const rows = node.rows.length ? [...node.rows].sort((a, b) => b.bytes - a.bytes) : [node];
  const boxes = squarify(
    rows.map((row) => row.bytes),
    { x: 0, y: 0, width, height },
  );
  /** @param {Tree} one */
  const lines = (one) => [
    name(one),
    inBytes(one.bytes),
    `${percent(one.bytes, node.bytes)} of ${name(node)}`,
  ];
  const stops = rows.map((row, place) => {
    const { x, y, width: wide, height: high } = boxes[place];
    const text = `${name(row)}: ${inBytes(row.bytes)}, ${percent(row.bytes, node.bytes)}`;
    const box = svg("g", {
      class: `box${row.rows.length ? " opens" : ""}`,
      role: row.rows.length ? "button" : "img",
      "aria-label": text,
    });
    box.append(
      svg("rect", {
        class: colour(row),
        x: x + 0.75,
        y: y + 0.75,
        width: Math.max(0, wide - 1.5),
        height: Math.max(0, high - 1.5),
      }),
    );
    inside(box, row, boxes[place], colour, name, open);
    if (wide > 34 && high > 16)
      box.append(
        words(
          x + 5,
          y + 13,
          fitting(`${name(row)}  ${inBytes(row.bytes)}`, wide - 8),
          colour(row) === "none" ? "label plain head" : "label head",
        ),
      );
    box.addEventListener("focus", () => shown(box, lines(row)));
    box.addEventListener("blur", hide);
    // Boxes inside of boxes are told of one by one, by one listener.
    box.addEventListener("pointerover", (event) => {
      const hit = /** @type {Element} */ (event.target);
      shown(hit.matches("rect") ? hit : box, lines(within.get(hit) ?? row));
    });
    box.addEventListener("pointerleave", hide);
    box.addEventListener("click", (event) => {
      // The box that was hit, or what it lies in.
      const hit = within.get(/** @type {Element} */ (event.target)) ?? row;
      if (hit.rows.length) open(hit);
      else if (hit !== row && hit.above && hit.above !== node) open(hit.above);
    });
    return box;
  });
  chart.append(...stops);
  rove(chart, stops, { open: (place) => rows[place].rows.length && open(rows[place]), back });
  return chart;
}

/** Boxes inside of boxes → what they stand for. @type {WeakMap<Element, Tree>} */
const within = new WeakMap();

/**
 * Draws the parts of a row into its box, and theirs where there is much room or, of memories and sections, no colour.
 * @param {SVGElement} group @param {Tree} row @param {import("./squarify.js").Box} box
 * @param {(node: Tree) => string} colour @param {(node: Tree) => string} name @param {(node: Tree) => void} open
 */
function inside(group, row, box, colour, name, open) {
  if (!row.rows.length || box.width < 40 || box.height < HEAD + 26) return;
  const rows = [...row.rows].sort((a, b) => b.bytes - a.bytes);
  const boxes = squarify(
    rows.map((one) => one.bytes),
    { x: box.x + 3, y: box.y + HEAD, width: box.width - 6, height: box.height - HEAD - 3 },
  );
  rows.forEach((one, place) => {
    const { x, y, width, height } = boxes[place];
    if (width < 2 || height < 2) return;
    const drawn = svg("rect", {
      class: `inner ${colour(one)}`,
      x: x + 0.5,
      y: y + 0.5,
      width: width - 1,
      height: height - 1,
    });
    within.set(drawn, one);
    group.append(drawn);
    if (colour(one) === "none" || width * height > ROOMY)
      inside(group, one, boxes[place], colour, name, open);
    if (width > 34 && height > 15)
      group.append(
        words(x + 4, y + 13, fitting(name(one), width - 7), colour(one) === "none" ? "label plain" : "label"),
      );
  });
}
