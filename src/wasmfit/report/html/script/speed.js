// @ts-check
/** Slowdown compared with native code: a row of dots per runtime, one dot per workload. */
import { el } from "./dom.js";
import { colourOf, data } from "./data.js";
import { dots } from "./dots.js";
import { scaled, time, times, whole } from "./format.js";
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

/**
 * What cells are compared with, and the words for it.
 * @typedef {{factor: (cell: Cell) => number | null, title: string, axis: string, note: string, noun: string,
 *   mean: string}} Compared
 */

/** @type {Compared} */
const WITH_NATIVE = {
  factor: (cell) => cell.slowdown,
  title: "Slowdown compared with native code",
  axis: "times the instructions of native code",
  note: "Instructions of a warm call over those of native code on the same board in the same profile.",
  noun: "workload",
  mean: "Mean",
};

/** Modules of one's own, of which there is no native code. @returns {Compared} */
function withTheFastest() {
  const builds = data.references.join(", ") || "the fastest runtime";
  return {
    factor: (cell) => cell.own?.relative ?? null,
    title: `Your modules, relative to ${builds}`,
    axis: `times the instructions of ${builds}`,
    note: `Instructions (of the region of interest, the warm call, or the only one) over those of ${builds}, which takes the fewest over all of the modules: there is no native code of them.`,
    noun: "module",
    mean: "Geometric mean",
  };
}

/** @param {HTMLElement} into @param {Cell[]} cells @param {number} width */
export function drawSpeed(into, cells, width) {
  const own = cells.filter((cell) => cell.own);
  const workloads = cells.filter((cell) => !cell.own && cell.runtime !== data.native);
  const hasFactors = workloads.some((cell) => cell.slowdown !== null);
  if (hasFactors) drawFactors(into, workloads, width, WITH_NATIVE);
  if (own.some((cell) => cell.own?.relative)) {
    if (hasFactors) into.append(el("h3", {}, "Your modules"));
    drawFactors(into, own, width, withTheFastest());
    drawSizes(into, own);
  } else if (!hasFactors)
    into.append(
      el("p", {}, "Not measured: no cell that passes the filters ran, or there is no native code to compare it with."),
    );
  drawLayouts(into, grouped(cells));
  drawSupply(into, cells);
}

/** @param {HTMLElement} into @param {Cell[]} cells @param {number} width @param {Compared} compared */
function drawFactors(into, cells, width, compared) {
  const groups = grouped(cells);
  const shared = common(groups);
  const every = groups.map((group) => {
    const known = group.ran.filter((cell) => compared.factor(cell) !== null);
    const factors = known.map((cell) => /** @type {number} */ (compared.factor(cell)));
    return {
      group,
      known,
      factors,
      middle: mean(factors),
      wide: spread(factors),
      shared: mean(known.filter((cell) => shared.has(cell.module)).map(compared.factor)),
    };
  });
  const rows = every.sort((a, b) => (a.middle ?? Infinity) - (b.middle ?? Infinity));
  const measured = rows.filter((row) => row.middle !== null);
  into.append(
    dots(
      width,
      measured.slice(0, MOST).map(({ group, known, middle, wide }) => ({
        name: group.name,
        colour: colourOf(group.runtime),
        dots: known.map((cell) => ({
          value: /** @type {number} */ (compared.factor(cell)),
          text: `${cell.module} ${times(compared.factor(cell))}`,
          shape: 0,
        })),
        range: /** @type {[number, number] | null} */ (
          middle !== null && wide !== null ? [middle / wide, middle * wide] : null
        ),
        middle,
        note: times(middle),
      })),
      `${compared.title}, one dot per ${compared.noun}`,
      compared.axis,
      true,
    ),
  );
  into.append(
    el(
      "p",
      { class: "quiet" },
      `${compared.note} The tick is the geometric mean, the bar one geometric standard deviation to either side. Means over different ${compared.noun}s are not comparable: the last column is over those that all ran.`,
    ),
  );
  if (measured.length > MOST)
    into.append(el("p", { class: "quiet" }, `The ${MOST} fastest of ${measured.length}; the table has all.`));
  const modules = [...new Set(groups.flatMap((group) => group.cells.map((cell) => cell.module)))];
  into.append(
    table(
      compared.title,
      [
        { label: "Runtime", head: true, text: ({ group }) => group.name, value: ({ group }) => group.name },
        {
          label: `${compared.noun[0].toUpperCase()}${compared.noun.slice(1)}s`,
          number: true,
          text: ({ known, group }) => `${known.length} of ${group.cells.length}`,
          value: ({ known }) => known.length,
        },
        {
          label: compared.mean,
          number: true,
          text: ({ middle }) => times(middle),
          value: ({ middle }) => middle,
        },
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
      folded(
        `Every ${compared.noun} as a table`,
        table(
          `${compared.title}, ${compared.noun} by ${compared.noun}`,
          [runtimeColumn(), ...modules.map((module) => factorColumn(module, compared))],
          rows,
        ),
      ),
    );
  else drawInstructions(into, rows);
}

/** The column with the group's name. */
function runtimeColumn() {
  return {
    label: "Runtime",
    head: true,
    text: (/** @type {{group: Group}} */ { group }) => group.name,
    value: (/** @type {{group: Group}} */ { group }) => group.name,
  };
}

/** A module's factors, or how its cells ended. @param {string} module @param {Compared} compared */
function factorColumn(module, compared) {
  const of = (/** @type {{group: Group}} */ { group }) => group.cells.find((cell) => cell.module === module);
  return {
    label: module,
    number: true,
    value: (/** @type {{group: Group}} */ row) => {
      const cell = of(row);
      return cell ? compared.factor(cell) : null;
    },
    text: (/** @type {{group: Group}} */ row) => {
      const cell = of(row);
      if (!cell) return "";
      return cell.status === "ok" ? times(compared.factor(cell)) : cell.status;
    },
  };
}

/** @param {HTMLElement} into @param {{group: Group}[]} rows */
function drawInstructions(into, rows) {
  into.append(
    folded(
      "Instructions phase by phase",
      table(
        "Instructions",
        [
          runtimeColumn(),
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

const SENT = /** @type {["sent" | "zlib" | "update", string][]} */ ([
  ["sent", "As sent, B"],
  ["zlib", "With zlib, B"],
  ["update", "As an update, B"],
]);

/** What is sent to a device: of each module, and where a host step makes something else of it, of each runtime. @param {HTMLElement} into @param {Cell[]} cells */
function drawSizes(into, cells) {
  /** @type {Map<string, {cell: Cell, runtimes: string[]}>} */
  const forms = new Map();
  for (const cell of cells) {
    if (!cell.own || cell.own.sent === null || cell.runtime === data.baseline) continue;
    const key = JSON.stringify([cell.module, cell.own.sent, cell.own.zlib, cell.own.update]);
    const form = forms.get(key) ?? { cell, runtimes: [] };
    if (!form.runtimes.includes(cell.runtime)) form.runtimes.push(cell.runtime);
    forms.set(key, form);
  }
  const rows = [...forms.values()];
  if (!rows.length) return;
  const known = SENT.filter(([key]) => rows.some(({ cell }) => cell.own?.[key] != null));
  into.append(
    table(
      "Modules as they are sent to a device",
      [
        { label: "Module", head: true, text: ({ cell }) => cell.module, value: ({ cell }) => cell.module },
        ...known.map(([key, label]) => ({
          label,
          number: true,
          text: (/** @type {{cell: Cell}} */ { cell }) => whole(cell.own?.[key]),
          value: (/** @type {{cell: Cell}} */ { cell }) => cell.own?.[key] ?? null,
        })),
        { label: "To", kind: "list", text: ({ runtimes }) => runtimes.join(", ") },
      ],
      rows,
    ),
  );
}

/** What a call is predicted to take from the supply, module by module, where boards have a current. @param {HTMLElement} into @param {Cell[]} cells */
function drawSupply(into, cells) {
  for (const [key, unit] of /** @type {["charge" | "energy", string][]} */ ([
    ["charge", "C"],
    ["energy", "J"],
  ])) {
    const drawn = cells.filter((cell) => cell[key]);
    const modules = [...new Set(drawn.map((cell) => cell.module))];
    if (!drawn.length) continue;
    const of = (/** @type {Group} */ group, /** @type {string} */ module) =>
      group.ran.find((cell) => cell.module === module)?.[key];
    into.append(
      folded(
        `Predicted ${key} of a call`,
        table(
          `Predicted ${key} of a call, with its error bar`,
          [
            runtimeColumn(),
            ...modules.map((module) => ({
              label: module,
              number: true,
              value: (/** @type {{group: Group}} */ { group }) => of(group, module)?.[0] ?? null,
              text: (/** @type {{group: Group}} */ { group }) => {
                const known = of(group, module);
                return known
                  ? `≈${scaled(known[0], unit)} (${scaled(known[1], unit)}–${scaled(known[2], unit)})`
                  : "";
              },
            })),
          ],
          grouped(drawn).map((group) => ({ group })),
        ),
      ),
    );
  }
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
