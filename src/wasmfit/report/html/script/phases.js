// @ts-check
/** Heap and stack, phase by phase. */
import { el } from "./dom.js";
import { colourOf, metric } from "./data.js";
import { dots } from "./dots.js";
import { inBytes, whole } from "./format.js";
import { grouped, least, most } from "./groups.js";
import { legend } from "./legend.js";
import { table } from "./table.js";

/** @typedef {import("./data.js").Cell} Cell */

const PHASES = [
  { key: "stack_peak_load", name: "load", shape: 1 },
  { key: "stack_peak_instantiate", name: "instantiate", shape: 2 },
  { key: "stack_peak_call", name: "calls", shape: 0 },
];
const HEAP = [
  ["heap_peak", "Heap peak, B"],
  ["linear_memory", "Linear memory, B"],
  ["heap_overhead", "Allocator overhead, B"],
  ["largest_request", "Largest request, B"],
  ["largest_free", "Largest free block, B"],
  ["left", "Leaked after drop, B"],
];
const MOST = 40;

/** @param {HTMLElement} into @param {Cell[]} cells @param {number} width */
export function drawPhases(into, cells, width) {
  const rows = grouped(cells)
    .filter((group) => most(group.ran, "stack_peak") !== null)
    .sort((a, b) => (most(a.ran, "stack_peak") ?? 0) - (most(b.ran, "stack_peak") ?? 0));
  if (!rows.length) {
    into.append(el("p", {}, "No cell that passes the filters ran."));
    return;
  }
  into.append(
    el("h3", {}, "Stack, deepest use in each phase"),
    legend(PHASES.map(({ name, shape }) => ({ name, colour: "ink", shape }))),
  );
  into.append(
    dots(
      width,
      rows.slice(0, MOST).map((group) => ({
        name: group.name,
        colour: colourOf(group.runtime),
        range: null,
        middle: null,
        note: inBytes(most(group.ran, "stack_peak")),
        dots: PHASES.flatMap(({ key, name, shape }) => {
          const value = most(group.ran, key);
          return value ? [{ value, text: `${name} ${inBytes(value)}`, shape }] : [];
        }),
      })),
      "Stack peaks by phase",
      "bytes of stack",
      true,
    ),
  );
  if (rows.length > MOST)
    into.append(
      el("p", { class: "quiet" }, `The ${MOST} shallowest of ${rows.length}; the tables have all.`),
    );
  /** @param {[string, string][]} measures */
  const columns = (measures) => [
    {
      label: "Runtime",
      head: true,
      text: (/** @type {typeof rows[0]} */ group) => group.name,
      value: (/** @type {typeof rows[0]} */ group) => group.name,
    },
    ...measures.map(([key, label]) => ({
      label,
      number: true,
      text: (/** @type {typeof rows[0]} */ group) => whole(worst(group.ran, key)),
      value: (/** @type {typeof rows[0]} */ group) => worst(group.ran, key),
    })),
  ];
  into.append(
    table(
      "Stack, B",
      columns([
        ...PHASES.map(({ key, name }) => /** @type {[string, string]} */ ([key, name])),
        ["stack_peak", "whole run"],
        ["stack_reserved", "reserved"],
      ]),
      rows,
    ),
  );
  into.append(
    el("h3", {}, "Heap"),
    table("Heap, B", columns(/** @type {[string, string][]} */ (HEAP)), rows),
  );
  if (cells.some((cell) => metric(cell, "heap_peak") !== null))
    into.append(
      el(
        "p",
        { class: "quiet" },
        "Of several workloads, the maximum (of the largest free block, the minimum). Heap peaks exclude linear memory.",
      ),
    );
}

/** @param {Cell[]} cells @param {string} key */
function worst(cells, key) {
  return key === "largest_free" ? least(cells, key) : most(cells, key);
}
