// @ts-check
/** Flash and speed: the section with the Pareto front. */
import { check, choice, el } from "./dom.js";
import { boardOf, colourOf, data, metric, isBound, shapeOf } from "./data.js";
import { inBytes, time, times, whole } from "./format.js";
import { common, grouped, mean, most } from "./groups.js";
import { front } from "./pareto.js";
import { scatter } from "./scatter.js";
import { get, set } from "./state.js";
import { folded, table } from "./table.js";

/** @typedef {import("./data.js").Cell} Cell @typedef {import("./groups.js").Group} Group */

/** @type {Record<string, string>} */
const ACROSS = { flash: "flash, B", ram_needed: "RAM needed, B", heap_peak: "heap peak, B" };
/** @type {Record<string, string>} */
const UP = {
  slow: "slowdown compared with native code",
  time: "predicted time of a warm call",
  instructions: "instructions of a warm call",
};

/** @param {HTMLElement} into @param {Cell[]} cells @param {number} width */
export function drawPlot(into, cells, width) {
  const groups = grouped(cells);
  const { shared, full, some, isFull } = overWhich(groups);
  const across = get("x", "flash") in ACROSS ? get("x", "flash") : "flash";
  const wanted = get("y", "slow") in UP ? get("y", "slow") : "slow";
  // Without native code there is no slowdown.
  const up = wanted === "slow" && !cells.some((cell) => cell.slowdown !== null) ? "instructions" : wanted;
  const isLog = get("axes", "log") !== "linear";
  const what = cells.find((cell) => cell.counted)?.counted?.what ?? "a warm call";
  /** @type {Record<string, string>} */
  const words = Object.fromEntries(
    Object.entries(UP).map(([name, text]) => [name, text.replace("a warm call", what)]),
  );
  const points = groups
    .map((group) => pointOf(group, shared, across, up, words))
    .filter((point) => point !== null);
  const shown = new Set(points.map((point) => point.name));
  const hidden = groups
    .filter((group) => group.ran.length && !shown.has(group.name))
    .map((group) => group.name);
  into.append(
    el(
      "div",
      { class: "controls" },
      choice(
        "Across",
        Object.entries(ACROSS).map(([value, text]) => ({ value, text })),
        across,
        (value) => set({ x: value === "flash" ? null : value }),
      ),
      choice(
        "Up",
        Object.entries(words).map(([value, text]) => ({ value, text })),
        up,
        (value) => set({ y: value === "slow" ? null : value }),
      ),
      full.size === some.size || !some.size
        ? null
        : choice(
            "Over",
            [
              { value: "full", text: `all ${full.size} workloads` },
              { value: "common", text: `the ${some.size} that all ran` },
            ],
            isFull ? "full" : "common",
            (value) => set({ over: value }),
          ),
      check("logarithmic axes", isLog, (checked) => set({ axes: checked ? null : "linear" })),
    ),
  );
  if (!points.length) {
    into.append(el("p", {}, "No cell that passes the filters has both values."));
    return;
  }
  const boards = [...new Set(cells.map((cell) => cell.board))];
  // The minimum RAM is known if it was searched; else it is a sum, and labelled as one.
  const summed =
    across === "ram_needed" ? groups.filter((group) => shown.has(group.name) && !isSearched(group)) : [];
  const atMost =
    across === "ram_needed"
      ? groups.filter(({ name, ran }) => shown.has(name) && ran.some((cell) => cell.ram_at_most))
      : [];
  const limit =
    boards.length === 1 && across !== "heap_peak"
      ? (boardOf(boards[0])?.[across === "flash" ? "flash" : "ram"] ?? null)
      : null;
  into.append(
    scatter(width, points, { x: ACROSS[across], y: `${words[up]}${up === "time" ? ", s" : ""}` }, isLog, limit),
    el(
      "p",
      { class: "quiet" },
      `Less is better in both. The line is the Pareto front: no runtime shown is better in both than one on it. Diamonds without a fill are compiled code and not a runtime. ${said(shared, full)}${up === "time" ? " Times are predictions of a model with its error bars, not measurements." : ""}${across === "ram_needed" ? ` RAM is the minimum that gives the same results, found by search${atMost.length ? `; of ${few(atMost.map(({ name }) => name))}, at most, since a search ended early` : ""}${summed.length ? `; of ${few(summed.map(({ name }) => name))}, which were not searched, it is ${data.summed}` : ""}.` : ""}${hidden.length ? ` Not shown, since a value is not known: ${few(hidden)}.` : ""}`,
    ),
  );
  const best = new Set(front(points.filter((point) => !point.bound)));
  into.append(
    folded(
      "The plot as a table",
      table(
        `${words[up]} and ${ACROSS[across]}`,
        [
          { label: "Runtime", head: true, text: (point) => point.name, value: (point) => point.name },
          { label: ACROSS[across], number: true, text: (point) => whole(point.x), value: (point) => point.x },
          { label: words[up], number: true, text: (point) => point.said, value: (point) => point.y },
          {
            label: "Pareto front",
            text: (point) => (best.has(point) ? "on it" : point.bound ? "no runtime" : ""),
          },
        ],
        points,
      ),
    ),
  );
}

/**
 * Which workloads are compared: means over different ones are not comparable. Either all, of the runtimes that ran
 * all, or those that every runtime ran which ran any.
 * @param {Group[]} groups
 */
function overWhich(groups) {
  const full = new Set(groups.flatMap((group) => group.cells.map((cell) => cell.module)));
  const some = common(groups);
  const ran = groups.filter((group) => group.ran.length);
  const whole = ran.filter((group) => group.ran.length === full.size).length;
  const wanted = get("over");
  const isFull = !some.size || (wanted ? wanted === "full" : 2 * whole > ran.length);
  return { full, some, isFull, shared: isFull ? full : some };
}

/** @param {Set<string>} shared @param {Set<string>} full */
function said(shared, full) {
  if (full.size < 2) return `Workload: ${[...full][0] ?? "none"}.`;
  const which =
    shared.size === full.size
      ? `all ${full.size} workloads`
      : `the ${shared.size} of ${full.size} workloads that every runtime ran which ran any`;
  return `Speeds are geometric means over ${which}; bytes are the most of any of them.`;
}

/** Whether its RAM is the minimum, for every workload. @param {Group} group */
function isSearched(group) {
  return group.ran.every((cell) => cell.ram_at_most || metric(cell, "least_ram") !== null);
}

/** @param {Group} group @param {Set<string>} shared @param {string} across @param {string} up
 * @param {Record<string, string>} words */
function pointOf(group, shared, across, up, words) {
  const cells = group.ran.filter((cell) => shared.has(cell.module));
  const x = most(cells, across);
  const calls = cells.map((cell) => (cell.counted ? cell.counted.time : (cell.time?.call ?? null)));
  const y =
    up === "slow"
      ? mean(cells.map((cell) => cell.slowdown))
      : up === "time"
        ? mean(calls.map((call) => call?.[0]))
        : mean(cells.map((cell) => cell.counted?.instructions ?? metric(cell, "instructions_call")));
  if (cells.length < shared.size || x === null || y === null || x <= 0) return null;
  const bar =
    up === "time"
      ? { low: mean(calls.map((call) => call?.[1])) ?? y, high: mean(calls.map((call) => call?.[2])) ?? y }
      : {};
  const said =
    up === "slow" ? times(y) : up === "time" ? `≈${time(y)} (${time(bar.low)}–${time(bar.high)})` : whole(y);
  return {
    x,
    y,
    ...bar,
    said,
    name: group.name,
    colour: colourOf(group.runtime),
    shape: shapeOf(group.runtime),
    bound: isBound(group.runtime),
    lines: [`${ACROSS[across].replace(", B", "")} ${inBytes(x)}`, `${words[up]} ${said}`],
  };
}

/** Some names, and how many more there are. @param {string[]} names */
function few(names) {
  const shown = names.length > 6 ? names.slice(0, 4) : names;
  return shown.join(", ") + (shown.length < names.length ? ` and ${names.length - shown.length} others` : "");
}
