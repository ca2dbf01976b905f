// @ts-check
/** A flame graph, hanging: callers above what they call. */
import { svg } from "./dom.js";
import { percent, whole } from "./format.js";
import { frame, words } from "./marks.js";
import { fitting } from "./measure.js";
import { rove } from "./roving.js";
import { tell } from "./tip.js";
import { pathOf } from "./trees.js";

/** @typedef {import("./trees.js").Tree} Tree */

const STEP = 18;
const DEEPEST = 40;

/** @param {number} width @param {Tree} node @param {(node: Tree) => string} name @param {(node: Tree) => void} open @param {() => void} back */
export function flameGraph(width, node, name, open, back) {
  const above = pathOf(node).slice(0, -1);
  /** @type {{node: Tree, x: number, wide: number, y: number}[]} */
  const boxes = above.map((one, y) => ({ node: one, x: 0, wide: width, y }));
  const total = pathOf(node)[0].bytes;
  /** @param {Tree} one @param {number} x @param {number} y */
  const lay = (one, x, y) => {
    const wide = (width * one.bytes) / node.bytes;
    if (wide < 1 || y > above.length + DEEPEST) return;
    boxes.push({ node: one, x, wide, y });
    let at = x;
    for (const row of one.rows) {
      lay(row, at, y + 1);
      at += (width * row.bytes) / node.bytes;
    }
  };
  lay(node, 0, above.length);
  const height = (Math.max(...boxes.map(({ y }) => y)) + 1) * STEP;
  const chart = frame(
    width,
    height,
    `Flame graph of ${name(node)}, ${whole(node.bytes)} instructions; arrow keys go from function to function, Enter zooms, Escape goes back`,
  );
  const stops = boxes.map(({ node: one, x, wide, y }) => {
    const text = `${name(one)}: ${whole(one.bytes)} instructions, ${percent(one.bytes, total)}`;
    const group = svg(
      "g",
      { class: `box opens${y < above.length ? " above" : ""}`, role: "button", "aria-label": text },
      svg("rect", {
        class: `f${hue(one.name)}`,
        x: x.toFixed(2),
        y: y * STEP,
        width: Math.max(0.5, wide - 0.75).toFixed(2),
        height: STEP - 1,
      }),
    );
    if (wide > 24) group.append(words(x + 4, y * STEP + 13, fitting(name(one), wide - 8), "label"));
    tell(group, [
      name(one),
      `${whole(one.bytes)} instructions with what it called`,
      `${percent(one.bytes, total)} of all`,
    ]);
    group.addEventListener("click", () => open(one));
    return group;
  });
  chart.append(...stops);
  rove(chart, stops, { open: (place) => open(boxes[place].node), back });
  return chart;
}

/** A colour for a crate or file: functions of one have one. @param {string} name */
function hue(name) {
  let sum = 0;
  for (const letter of name.replace(/^[<&*]+/, "").split("::")[0])
    sum = (sum * 31 + letter.charCodeAt(0)) % 997;
  return sum % 6;
}
