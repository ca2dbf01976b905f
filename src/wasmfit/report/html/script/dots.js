// @ts-check
/** Rows of dots on one axis, with a range below them. */
import { svg } from "./dom.js";
import { brief } from "./format.js";
import { frame, mark, words } from "./marks.js";
import { clipped, nameRoom } from "./measure.js";
import { rove } from "./roving.js";
import { around, linear, log } from "./scales.js";
import { tell } from "./tip.js";

/**
 * @typedef {{name: string, colour: string, dots: {value: number, text: string, shape: number}[],
 *   range: [number, number] | null, middle: number | null, note: string}} DotRow
 */

/** @param {number} width @param {DotRow[]} rows @param {string} says @param {string} title @param {boolean} isLog */
export function dots(width, rows, says, title, isLog) {
  const narrow = width < 560;
  const [left, right, step] = narrow
    ? [8, 12, 40]
    : [
        nameRoom(
          rows.map((row) => row.name),
          width,
        ),
        90,
        26,
      ];
  const height = rows.length * step + 48;
  const values = rows.flatMap((row) => [...row.dots.map((dot) => dot.value), ...(row.range || [])]);
  const x = (isLog ? log : linear)(
    around(values.length ? values : [1], isLog),
    [left, width - right],
    (width - left - right) / 70,
  );
  const chart = frame(
    width,
    height,
    `${says}; arrow keys go from row to row, the table below has every value`,
  );
  for (const tick of x.ticks)
    chart.append(
      svg("line", { class: "grid", x1: x(tick), x2: x(tick), y1: 0, y2: height - 42 }),
      words(x(tick), height - 26, brief(tick), "tick", "middle"),
    );
  chart.append(words((left + width - right) / 2, height - 6, `${title} →`, "axis", "middle"));
  const stops = rows.map((row, number) => {
    const y = number * step + (narrow ? 26 : 13);
    const lines = [row.name, row.note, ...row.dots.map((dot) => dot.text)];
    const group = svg("g", { role: "img", "aria-label": lines.join(", ") });
    group.append(svg("rect", { class: "reach", x: 0, y: y - step / 2, width, height: step }));
    if (narrow)
      group.append(
        words(left, y - 12, clipped(row.name, width - 120), "name"),
        words(width - right, y - 12, row.note, "tick", "end"),
      );
    else
      group.append(
        words(left - 8, y + 4, clipped(row.name, left - 12), "name", "end"),
        words(width - right + 8, y + 4, row.note, "tick"),
      );
    if (row.range)
      group.append(svg("line", { class: "range", x1: x(row.range[0]), x2: x(row.range[1]), y1: y, y2: y }));
    for (const dot of row.dots) group.append(mark(x(dot.value), y, `${row.colour} thin`, dot.shape));
    if (row.middle !== null)
      group.append(
        svg("line", { class: "middle", x1: x(row.middle), x2: x(row.middle), y1: y - 8, y2: y + 8 }),
      );
    tell(group, lines);
    return group;
  });
  chart.append(...stops);
  rove(chart, stops);
  return chart;
}
