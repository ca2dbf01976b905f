// @ts-check
/** Cells put together: a runtime's build on one board in one profile, over its workloads. */
import { data, metric, isOk, labelOf } from "./data.js";

/**
 * @typedef {import("./data.js").Cell} Cell
 * @typedef {{name: string, runtime: string, version: string, board: string, profile: string, cells: Cell[],
 *   ran: Cell[]}} Group
 */

/** @param {Cell[]} cells @param {boolean} [baselines] whether baselines are wanted @returns {Group[]} */
export function grouped(cells, baselines = false) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  const boards = new Set(cells.map((cell) => cell.board)).size > 1;
  const profiles = new Set(cells.map((cell) => cell.profile)).size > 1;
  for (const cell of cells) {
    if (cell.runtime === data.baseline && !baselines) continue;
    const key = [cell.runtime, cell.version, cell.board, cell.base, cell.profile].join("/");
    let group = groups.get(key);
    if (!group) {
      const { runtime, version, board, profile } = cell;
      const name = [labelOf(cell), boards && board, profiles && profile].filter(Boolean).join(" · ");
      groups.set(key, (group = { name, runtime, version, board, profile, cells: [], ran: [] }));
    }
    group.cells.push(cell);
    if (isOk(cell)) group.ran.push(cell);
  }
  return [...groups.values()];
}

/** The workloads that every group ran which ran any. @param {Group[]} groups @returns {Set<string>} */
export function common(groups) {
  const able = groups
    .filter((group) => group.ran.length)
    .map((group) => group.ran.map((cell) => cell.module));
  const [first, ...others] = able;
  return new Set((first || []).filter((module) => others.every((modules) => modules.includes(module))));
}

/** Geometric mean; null of nothing. @param {(number | null | undefined)[]} values */
export function mean(values) {
  const known = /** @type {number[]} */ (values.filter((value) => typeof value === "number" && value > 0));
  if (!known.length || known.length < values.length) return null;
  return Math.exp(known.reduce((sum, value) => sum + Math.log(value), 0) / known.length);
}

/** Geometric standard deviation of a sample; null of fewer than two. @param {number[]} values */
export function spread(values) {
  if (values.length < 2) return null;
  const logs = values.map(Math.log);
  const middle = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  return Math.exp(Math.sqrt(logs.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (logs.length - 1)));
}

/** The maximum of a metric over cells; null if none has it. @param {Cell[]} cells @param {string} key */
export function most(cells, key) {
  const known = /** @type {number[]} */ (
    cells.map((cell) => metric(cell, key)).filter((value) => value !== null)
  );
  return known.length ? Math.max(...known) : null;
}

/** The minimum of a metric over cells; null if none has it. @param {Cell[]} cells @param {string} key */
export function least(cells, key) {
  const known = /** @type {number[]} */ (
    cells.map((cell) => metric(cell, key)).filter((value) => value !== null)
  );
  return known.length ? Math.min(...known) : null;
}

/** The cell with the maximum of a metric. @param {Cell[]} cells @param {string} key @returns {Cell | undefined} */
export function largest(cells, key) {
  return [...cells].sort((a, b) => (metric(b, key) ?? 0) - (metric(a, key) ?? 0))[0];
}
