// @ts-check
/** Stacked bars, one a row, with the row's name above its bar on a narrow screen. */
import { svg } from "./dom.js";
import { brief } from "./format.js";
import { frame, words } from "./marks.js";
import { clipped, nameRoom } from "./measure.js";
import { rove } from "./roving.js";
import { linear } from "./scales.js";
import { tell } from "./tip.js";

/**
 * @typedef {{name: string, parts: {name: string, value: number, colour: string}[], note: string,
 *   limit: number | null, lines: string[]}} Bar
 */

/**
 * @param {number} width @param {Bar[]} rows @param {string} says
 * @param {boolean} whole whether the axis goes to the limit rather than to the longest bar
 */
export function bars(width, rows, says, whole) {
  const narrow = width < 560;
  const [left, right, step, thick] = narrow
    ? [4, 8, 40, 16]
    : [
        nameRoom(
          rows.map((row) => row.name),
          width,
        ),
        150,
        26,
        18,
      ];
  const height = rows.length * step + 34;
  const longest = Math.max(
    1,
    ...rows.map((row) => total(row)),
    ...(whole ? rows.map((row) => row.limit ?? 0) : []),
  );
  const x = linear([0, longest], [left, width - right], (width - left - right) / 90);
  const chart = frame(
    width,
    height,
    `${says}; arrow keys go from bar to bar, the table below has every value`,
  );
  for (const tick of x.ticks)
    chart.append(
      svg("line", { class: "grid", x1: x(tick), x2: x(tick), y1: 0, y2: height - 30 }),
      words(x(tick), height - 14, brief(tick), "tick", x(tick) > width - 16 ? "end" : "middle"),
    );
  const stops = rows.map((row, number) => {
    const y = number * step + (narrow ? 17 : 3);
    const group = svg("g", { role: "img", "aria-label": [row.name, row.note, ...row.lines].join(", ") });
    if (narrow)
      group.append(
        words(left, y - 4, clipped(row.name, width - 110), "name"),
        words(width - right, y - 4, row.note, "tick", "end"),
      );
    else
      group.append(
        words(left - 8, y + 13, clipped(row.name, left - 12), "name", "end"),
        words(Math.min(x(total(row)) + 6, width - right + 6), y + 13, row.note, "tick"),
      );
    let from = 0;
    for (const { value, colour } of row.parts) {
      // A hair's breadth between parts tells neighbours apart without their colours.
      const [start, end] = [x(from), x(from + value)];
      group.append(
        svg("rect", {
          class: colour,
          x: start.toFixed(2),
          y,
          width: Math.max(0, end - start - (end - start > 2 ? 0.75 : 0)).toFixed(2),
          height: thick,
        }),
      );
      from += value;
    }
    if (row.limit !== null && row.limit <= longest)
      group.append(
        svg("line", { class: "limit", x1: x(row.limit), x2: x(row.limit), y1: y - 3, y2: y + thick + 3 }),
      );
    tell(group, [row.name, row.note, ...row.lines]);
    return group;
  });
  chart.append(...stops);
  rove(chart, stops);
  return chart;
}

/** @param {Bar} row */
function total(row) {
  return row.parts.reduce((sum, { value }) => sum + value, 0);
}
