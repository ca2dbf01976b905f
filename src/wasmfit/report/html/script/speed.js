// @ts-check
/** Slow-down against native code: a row of dots a runtime, one dot a workload. */
import { el } from "./dom.js";
import { colourOf, data } from "./data.js";
import { dots } from "./dots.js";
import { times, whole } from "./format.js";
import { common, grouped, mean, spread } from "./groups.js";
import { behind, table } from "./table.js";

/** @typedef {import("./data.js").Cell} Cell @typedef {import("./groups.js").Group} Group */

const MOST = 40;

/** @param {HTMLElement} into @param {Cell[]} cells @param {number} width */
export function drawSpeed(into, cells, width) {
  const groups = grouped(cells).filter((group) => group.runtime !== data.native);
  const shared = common(groups);
  const every = groups.map((group) => {
    const known = group.ran.filter((cell) => cell.slow !== null);
    const factors = known.map((cell) => /** @type {number} */ (cell.slow));
    const middle = mean(factors);
    const wide = spread(factors);
    return {
      group,
      known,
      factors,
      middle,
      wide,
      shared: mean(known.filter((cell) => shared.has(cell.module)).map((cell) => cell.slow)),
    };
  });
  const rows = every.sort((a, b) => (a.middle ?? Infinity) - (b.middle ?? Infinity));
  const measured = rows.filter((row) => row.middle !== null);
  if (!measured.length) {
    into.append(
      el(
        "p",
        {},
        "Not measured: there is no native code beside these cells to hold them against. Native code is compiled from a workload's source, which a module of your own has not.",
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
          value: /** @type {number} */ (cell.slow),
          text: `${cell.module} ${times(cell.slow)}`,
          shape: 0,
        })),
        range: /** @type {[number, number] | null} */ (
          middle !== null && wide !== null ? [middle / wide, middle * wide] : null
        ),
        middle,
        note: times(middle),
      })),
      "Slow-down against native code, one dot a workload",
      "times the instructions of native code",
      true,
    ),
  );
  into.append(
    el(
      "p",
      { class: "quiet" },
      "Instructions of a steady call over those of native code on the same board in the same profile. The tick is the geometric mean, the bar one geometric standard deviation to either side. Means over different workloads are no comparison: the last column is over those that all ran.",
    ),
  );
  if (measured.length > MOST)
    into.append(el("p", { class: "quiet" }, `The ${MOST} fastest of ${measured.length}; the table has all.`));
  const modules = [...new Set(groups.flatMap((group) => group.cells.map((cell) => cell.module)))];
  into.append(
    table(
      "Slow-down against native code",
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
  if (modules.length > 1)
    into.append(
      behind(
        "Every workload as a table",
        table(
          "Slow-down, workload by workload",
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
                group.ran.find((cell) => cell.module === module)?.slow,
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
      behind(
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
              const place = data.measures.findIndex(({ key }) => key === `instructions_${phase}`);
              const value = (/** @type {{group: Group}} */ { group }) => group.ran[0]?.figures[place] ?? null;
              return {
                label: phase === "call" ? "steady call" : phase.replace("_", " "),
                number: true,
                value,
                text: (/** @type {{group: Group}} */ row) => whole(value(row)),
              };
            }),
          ],
          rows,
        ),
      ),
    );
}

/** @param {Cell | undefined} cell */
function ended(cell) {
  if (!cell) return "";
  return cell.status === "ok" ? times(cell.slow) : cell.status;
}
