// @ts-check
/** Flash and RAM by owner, with the board's limits. */
import { check, el } from "./dom.js";
import { boardOf, classOf, data, metric } from "./data.js";
import { bars } from "./bars.js";
import { inBytes, percent, whole } from "./format.js";
import { grouped, largest } from "./groups.js";
import { legend } from "./legend.js";
import { get, set } from "./state.js";
import { folded, table } from "./table.js";

/** @typedef {import("./data.js").Cell} Cell @typedef {{name: string, cell: Cell, parts: number[], least?: number | null}} Row */

const PEAKS = [
  { key: "ram_static", name: "static data", colour: "o5" },
  { key: "stack_peak", name: "stack, peak", colour: "o1" },
  { key: "heap_peak", name: "heap, peak", colour: "o0" },
  { key: "linear_memory", name: "linear memory, peak", colour: "o4" },
];
const MOST = 30;

/** @param {HTMLElement} into @param {Cell[]} cells @param {number} width */
export function drawMemory(into, cells, width) {
  const groups = grouped(cells, true).filter((group) => group.ran.length);
  /** @param {string} key */
  const chosenBy = (key) =>
    groups.map((group) => ({ name: group.name, cell: /** @type {Cell} */ (largest(group.ran, key)) }));
  const chosen = chosenBy("flash");
  if (!chosen.length) {
    into.append(el("p", {}, "No image passes the filters."));
    return;
  }
  // A board's limits are shown by themselves where bars are a good part of them.
  const isWhole = get("scale")
    ? get("scale") === "board"
    : new Set(chosen.map(({ cell }) => cell.board)).size === 1 &&
      chosen.some(
        ({ cell }) => (metric(cell, "flash") ?? 0) > 0.4 * (boardOf(cell.board)?.flash ?? Infinity),
      );
  into.append(
    el(
      "div",
      { class: "controls" },
      check("axes as long as the board's memory", isWhole, (checked) =>
        set({ scale: checked ? "board" : "bars" }),
      ),
    ),
  );
  const classes = data.classes.map((name, number) => ({ name, colour: `o${number}` }));
  panel(
    into,
    width,
    "Flash",
    chosen.map(({ name, cell }) => ({ name, cell, parts: byClass(cell) })),
    classes,
    "flash",
    isWhole,
  );
  panel(
    into,
    width,
    "RAM",
    chosenBy("ram_needed")
      .filter(({ cell }) => metric(cell, "ram_needed") !== null)
      .map(({ name, cell }) => ({ name, cell, parts: PEAKS.map(({ key }) => metric(cell, key) ?? 0), least: metric(cell, "least_ram") })),
    PEAKS,
    "ram",
    isWhole,
  );
  into.append(
    el(
      "p",
      { class: "quiet" },
      `Of several workloads, the largest is shown for each runtime. Native code's own crates count as the module. Bars of RAM are sums of peaks, which need not coincide, without the allocator's overhead; if a search found the minimum RAM that gives the same results, it is written at the bar.`,
    ),
  );
  const owners = chosen.flatMap(({ name, cell }) => ownersOf(name, cell));
  into.append(
    folded(
      "Every owner of bytes as a table",
      table(
        "Bytes by owner",
        [
          { label: "Image", head: true, text: (row) => row.name, value: (row) => row.name },
          { label: "Owner", text: (row) => row.owner, value: (row) => row.owner },
          { label: "Class", text: (row) => row.kind, value: (row) => row.kind },
          { label: "Flash, B", number: true, text: (row) => whole(row.flash), value: (row) => row.flash },
          { label: "RAM, B", number: true, text: (row) => whole(row.ram), value: (row) => row.ram },
        ],
        owners,
        { first: 25 },
      ),
    ),
  );
}

/** @param {HTMLElement} into @param {number} width @param {string} what @param {Row[]} rows @param {{name: string, colour: string}[]} parts @param {"flash" | "ram"} memory @param {boolean} isWhole */
function panel(into, width, what, rows, parts, memory, isWhole) {
  const sum = (/** @type {Row} */ row) => row.parts.reduce((all, part) => all + part, 0);
  const sorted = [...rows].sort((a, b) => sum(a) - sum(b));
  const shown = sorted.slice(0, MOST);
  const limits = new Set(shown.map(({ cell }) => boardOf(cell.board)?.[memory]));
  const [limit] = limits;
  into.append(
    el(
      "h3",
      {},
      what,
      limits.size === 1 && limit ? el("small", {}, ` of the board's ${inBytes(limit)}`) : null,
    ),
    legend(parts.filter((_, place) => sorted.some((row) => row.parts[place]))),
  );
  into.append(
    bars(
      width,
      shown.map((row) => {
        const have = boardOf(row.cell.board)?.[memory] ?? null;
        return {
          name: row.name,
          note: noteOf(row, have),
          limit: have,
          parts: parts.map((part, place) => ({ ...part, value: row.parts[place] })),
          lines: parts
            .map((part, place) => (row.parts[place] ? `${part.name} ${inBytes(row.parts[place])}` : ""))
            .filter(Boolean),
        };
      }),
      `${what} by owner`,
      isWhole,
    ),
  );
  if (sorted.length > MOST)
    into.append(el("p", { class: "quiet" }, `The ${MOST} smallest of ${sorted.length}; the table has all.`));
  into.append(
    folded(
      `${what} as a table`,
      table(
        `${what} by owner, B`,
        [
          { label: "Image", head: true, text: (row) => row.name, value: (row) => row.name },
          { label: "All", number: true, text: (row) => whole(sum(row)), value: sum },
          ...(rows.some(({ least }) => least)
            ? [
                {
                  label: "Minimum RAM, by search",
                  number: true,
                  text: (/** @type {Row} */ row) => whole(row.least),
                  value: (/** @type {Row} */ row) => row.least,
                },
              ]
            : []),
          ...parts.map((part, place) => ({
            label: part.name,
            number: true,
            text: (/** @type {Row} */ row) => whole(row.parts[place]),
            value: (/** @type {Row} */ row) => row.parts[place],
          })),
        ],
        sorted,
      ),
    ),
  );
}

/** What is needed, as written at a bar. @param {Row} row @param {number | null} have */
function noteOf(row, have) {
  const all = row.parts.reduce((sum, part) => sum + part, 0);
  const need = row.least ?? all;
  return `${row.least ? "minimum " : ""}${inBytes(need)}${have ? `  ${percent(need, have)}` : ""}`;
}

/** @param {Cell} cell */
function byClass(cell) {
  const parts = data.classes.map(() => 0);
  for (const [owner, bytes] of cell.flash) parts[classOf(cell, owner)] += bytes;
  return parts;
}

/** @param {string} name @param {Cell} cell */
function ownersOf(name, cell) {
  const ram = new Map(cell.ram);
  const flash = new Map(cell.flash);
  return [...new Set([...flash.keys(), ...ram.keys()])].map((owner) => ({
    name,
    owner: data.owners[owner][0],
    kind: data.classes[classOf(cell, owner)],
    flash: flash.get(owner) ?? 0,
    ram: ram.get(owner) ?? 0,
  }));
}
