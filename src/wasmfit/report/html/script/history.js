// @ts-check
/** Figures over versions or time. */
import { el, svg } from "./dom.js";
import { data } from "./data.js";
import { whole } from "./format.js";
import { frame } from "./marks.js";
import { linear } from "./scales.js";
import { table } from "./table.js";

/** @param {HTMLElement} into @param {Set<string>} ids of the cells that pass the filters */
export function drawHistory(into, ids) {
  if (!data.history) {
    into.append(el("p", {}, "Not measured: run ", el("code", {}, "wasmfit history"), "."));
    return;
  }
  const known = new Set(data.cells.map(({ id }) => id));
  // What is told of no cell of this report is shown whatever is chosen.
  const rows = data.history.filter(({ cell }) => !known.has(cell) || ids.has(cell));
  into.append(
    table(
      "Figures over versions",
      [
        { label: "Cell", head: true, kind: "words", text: (one) => one.cell, value: (one) => one.cell },
        { label: "Figure", text: (one) => one.measure, value: (one) => one.measure },
        {
          label: "From",
          number: true,
          text: (one) => (one.points.length ? `${one.points[0][0]}: ${whole(one.points[0][1])}` : ""),
        },
        {
          label: "To",
          number: true,
          text: (one) =>
            one.points.length
              ? `${one.points[one.points.length - 1][0]}: ${whole(one.points[one.points.length - 1][1])}`
              : "",
        },
        { label: "Course", text: (one) => spark(one.points.map(([, value]) => value)) },
        { label: "What moved it", kind: "words", text: (one) => one.moved ?? "" },
      ],
      rows,
    ),
  );
}

/** @param {number[]} values */
function spark(values) {
  const chart = frame(
    120,
    24,
    `${values.length} values from ${whole(values[0])} to ${whole(values[values.length - 1])}`,
  );
  const y = linear([Math.min(...values), Math.max(...values)], [21, 3], 2);
  const x = linear([0, Math.max(1, values.length - 1)], [3, 117], 2);
  chart.append(
    svg("path", {
      class: "front",
      d: values
        .map((value, place) => `${place ? "L" : "M"}${x(place).toFixed(1)},${y(value).toFixed(1)}`)
        .join(""),
    }),
  );
  return chart;
}
