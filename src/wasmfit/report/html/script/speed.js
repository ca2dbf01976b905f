// @ts-check
/** Slowdown compared with native code: a row of dots per runtime, one dot per workload. */
import { el } from "./dom.js";
import { colourOf, data } from "./data.js";
import { dots } from "./dots.js";
import { time, times, whole } from "./format.js";
import { common, grouped, mean, spread } from "./groups.js";
import { folded, table } from "./table.js";

/** @typedef {import("./data.js").Cell} Cell @typedef {import("./groups.js").Group} Group */

const MOST = 40;

/** Times that only some cells have, with their ends. */
const TIMES = [predicted("start", "start-up, predicted")];

/** A column of predicted times. @param {string} key @param {string} label */
function predicted(key, label) {
  const of = (/** @type {{group: Group}} */ { group }) => group.ran[0]?.time?.[key];
  return {
    key,
    label,
    number: true,
    value: (/** @type {{group: Group}} */ row) => of(row)?.[0] ?? null,
    text: (/** @type {{group: Group}} */ row) => {
      const known = of(row);
      return known ? `≈${time(known[0])} (${time(known[1])}–${time(known[2])})` : "";
    },
  };
}

/** @param {HTMLElement} into @param {Cell[]} cells @param {number} width */
export function drawSpeed(into, cells, width) {
  const groups = grouped(cells).filter((group) => group.runtime !== data.native);
  const shared = common(groups);
  const every = groups.map((group) => {
    const known = group.ran.filter((cell) => cell.slowdown !== null);
    const factors = known.map((cell) => /** @type {number} */ (cell.slowdown));
    const middle = mean(factors);
    const wide = spread(factors);
    return {
      group,
      known,
      factors,
      middle,
      wide,
      shared: mean(known.filter((cell) => shared.has(cell.module)).map((cell) => cell.slowdown)),
    };
  });
  const rows = every.sort((a, b) => (a.middle ?? Infinity) - (b.middle ?? Infinity));
  const measured = rows.filter((row) => row.middle !== null);
  if (!measured.length) {
    into.append(
      el(
        "p",
        {},
        "Not measured: there is no native code to compare these cells with. Native code is compiled from a workload's source, which a module of your own does not have.",
      ),
    );
    return;
  }
  into.append(
    dots(
      width,
      measured.slice(0, MOST).map(({ group, known, middle, wide }) => ({
        name: group.name,
        colour: colourOf(group.runtime),
        dots: known.map((cell) => ({
          value: /** @type {number} */ (cell.slowdown),
          text: `${cell.module} ${times(cell.slowdown)}`,
          shape: 0,
        })),
        range: /** @type {[number, number] | null} */ (
          middle !== null && wide !== null ? [middle / wide, middle * wide] : null
        ),
        middle,
        note: times(middle),
      })),
      "Slowdown compared with native code, one dot per workload",
      "times the instructions of native code",
      true,
    ),
  );
  into.append(
    el(
      "p",
      { class: "quiet" },
      "Instructions of a warm call over those of native code on the same board in the same profile. The tick is the geometric mean, the bar one geometric standard deviation to either side. Means over different workloads are not comparable: the last column is over those that all ran.",
    ),
  );
  if (measured.length > MOST)
    into.append(el("p", { class: "quiet" }, `The ${MOST} fastest of ${measured.length}; the table has all.`));
  const modules = [...new Set(groups.flatMap((group) => group.cells.map((cell) => cell.module)))];
  into.append(
    table(
      "Slowdown compared with native code",
      [
        { label: "Runtime", head: true, text: ({ group }) => group.name, value: ({ group }) => group.name },
        {
          label: "Workloads",
          number: true,
          text: ({ known, group }) => `${known.length} of ${group.cells.length}`,
          value: ({ known }) => known.length,
        },
        { label: "Mean", number: true, text: ({ middle }) => times(middle), value: ({ middle }) => middle },
        {
          label: "Spread",
          number: true,
          text: ({ wide }) => (wide === null ? "" : `×/÷ ${wide.toFixed(2)}`),
          value: ({ wide }) => wide,
        },
        {
          label: "Least",
          number: true,
          text: ({ factors }) => (factors.length ? times(Math.min(...factors)) : ""),
          value: ({ factors }) => Math.min(...factors),
        },
        {
          label: "Most",
          number: true,
          text: ({ factors }) => (factors.length ? times(Math.max(...factors)) : ""),
          value: ({ factors }) => Math.max(...factors),
        },
        {
          label: `Mean over ${shared.size} common`,
          number: true,
          text: (row) => times(row.shared),
          value: (row) => row.shared,
        },
      ],
      rows,
    ),
  );
  drawLayouts(into, groups);
  if (modules.length > 1)
    into.append(
      folded(
        "Every workload as a table",
        table(
          "Slowdown, workload by workload",
          [
            {
              label: "Runtime",
              head: true,
              text: ({ group }) => group.name,
              value: ({ group }) => group.name,
            },
            ...modules.map((module) => ({
              label: module,
              number: true,
              value: (/** @type {{group: Group}} */ { group }) =>
                group.ran.find((cell) => cell.module === module)?.slowdown,
              text: (/** @type {{group: Group}} */ { group }) =>
                ended(group.cells.find((cell) => cell.module === module)),
            })),
          ],
          rows,
        ),
      ),
    );
  else
    into.append(
      folded(
        "Instructions phase by phase",
        table(
          "Instructions",
          [
            {
              label: "Runtime",
              head: true,
              text: ({ group }) => group.name,
              value: ({ group }) => group.name,
            },
            ...["load", "instantiate", "first_call", "call"].map((phase) => {
              const place = data.metrics.findIndex(({ key }) => key === `instructions_${phase}`);
              const value = (/** @type {{group: Group}} */ { group }) => group.ran[0]?.values[place] ?? null;
              return {
                label: phase === "call" ? "warm call" : phase === "first_call" ? "cold call" : phase,
                number: true,
                value,
                text: (/** @type {{group: Group}} */ row) => whole(value(row)),
              };
            }),
            ...TIMES.filter(({ key }) => rows.some(({ group }) => group.ran[0]?.time?.[key])),
          ],
          rows,
        ),
      ),
    );
}

/** What each cell takes over layouts of the same objects, where that was measured. @param {HTMLElement} into @param {Group[]} groups */
function drawLayouts(into, groups) {
  const rows = groups.flatMap((group) => group.ran.filter((cell) => cell.time?.layouts).map((cell) => ({ group, cell })));
  if (!rows.length) return;
  const over = (/** @type {{cell: Cell}} */ { cell }) => /** @type {number[]} */ (cell.time?.layouts);
  /** Of the median. @param {{cell: Cell}} row @param {number} place */
  const relative = (row, place) => (over(row)[0] > 0 ? over(row)[place] / over(row)[0] - 1 : 0);
  const change = (/** @type {number} */ part) => `${part < 0 ? "−" : "+"}${Math.abs(part * 100).toFixed(1)} %`;
  into.append(
    el(
      "p",
      { class: "quiet" },
      "Predicted time of a warm call over layouts of the same objects: where the linker places hot code is luck, and it is in the error bar.",
    ),
    table(
      "Spread over layouts",
      [
        { label: "Runtime", head: true, text: ({ group }) => group.name, value: ({ group }) => group.name },
        { label: "Workload", text: ({ cell }) => cell.module, value: ({ cell }) => cell.module },
        { label: "Layouts", number: true, text: (row) => whole(over(row)[3]), value: (row) => over(row)[3] },
        { label: "Median", number: true, text: (row) => `≈${time(over(row)[0])}`, value: (row) => over(row)[0] },
        { label: "Least", number: true, text: (row) => change(relative(row, 1)), value: (row) => relative(row, 1) },
        { label: "Most", number: true, text: (row) => change(relative(row, 2)), value: (row) => relative(row, 2) },
        {
          label: "By the cache",
          number: true,
          text: (row) => (over(row)[4] === undefined ? "" : `${(over(row)[4] * 100).toFixed(0)} %`),
          value: (row) => over(row)[4] ?? null,
        },
      ],
      rows,
    ),
  );
}

/** @param {Cell | undefined} cell */
function ended(cell) {
  if (!cell) return "";
  return cell.status === "ok" ? times(cell.slowdown) : cell.status;
}
