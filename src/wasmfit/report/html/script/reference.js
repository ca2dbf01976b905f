// @ts-check
/** Values that others published, next to ours. */
import { el } from "./dom.js";
import { data, metric, labelOf } from "./data.js";
import { whole } from "./format.js";
import { table } from "./table.js";

/** @typedef {import("./data.js").Cell} Cell */

/** @param {HTMLElement} into @param {Cell[]} cells */
export function drawReference(into, cells) {
  const published = cells.filter((cell) => cell.published);
  if (!published.length) {
    into.append(
      el(
        "p",
        {},
        "No values are published for the cells shown. The reference comparison's are for ",
        el("code", {}, "wasmfit report -r wasmi@0.51 -r wasmtime@38"),
        ".",
      ),
    );
    return;
  }
  const rows = published.flatMap((cell) =>
    Object.entries(cell.published ?? {}).map(([key, theirs]) => {
      const known = data.metrics.find((one) => one.key === key);
      return { cell, label: known?.label ?? key, theirs, ours: metric(cell, key) };
    }),
  );
  /** @param {typeof rows[0]} row */
  const change = ({ theirs, ours }) => (ours === null || !theirs ? null : (ours - theirs) / theirs);
  into.append(
    table(
      "Published and measured, B",
      [
        {
          label: "Runtime",
          head: true,
          text: ({ cell }) => labelOf(cell),
          value: ({ cell }) => labelOf(cell),
        },
        { label: "Metric", text: (row) => row.label, value: (row) => row.label },
        { label: "Published", number: true, text: (row) => whole(row.theirs), value: (row) => row.theirs },
        {
          label: "Measured",
          number: true,
          text: (row) => (row.ours === null ? row.cell.status : whole(row.ours)),
          value: (row) => row.ours,
        },
        {
          label: "Difference",
          number: true,
          text: (row) => {
            const part = change(row);
            return part === null
              ? ""
              : `${part > 0 ? "+" : part < 0 ? "−" : ""}${(100 * Math.abs(part)).toFixed(1)}%`;
          },
          value: change,
        },
      ],
      rows,
    ),
  );
  into.append(
    ...[...new Set(published.map((cell) => cell.source))].map((source) =>
      el("p", { class: "quiet" }, `Published: ${source ?? "source unknown"}`),
    ),
  );
}
