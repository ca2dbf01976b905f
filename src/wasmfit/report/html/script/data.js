// @ts-check
/** The measurements, as the page carries them. */
import { byId } from "./dom.js";

/**
 * @typedef {{id: string, runtime: string, version: string, module: string, board: string, base: string,
 *   profile: string, status: string, reason: string | null, values: (number | null)[], slowdown: number | null,
 *   time: Record<string, number[]> | null, flash: [number, number][], ram: [number, number][],
 *   published: Record<string, number> | null, source: string | null, facts: number, elf: string | null,
 *   measured: string, replay: string, build: number,
 *   counted?: {what: string, instructions: number | null, time: [number, number, number] | null},
 *   own?: {relative: number | null, sent: number | null, zlib: number | null, update: number | null},
 *   ram_at_most?: true, charge?: [number, number, number], energy?: [number, number, number]}} Cell
 * @typedef {{name: string, title: string, chip: string, flash: number, ram: number, erase: number,
 *   clock: number}} Board
 * @typedef {{criterion: string, available: number | null, required: number | null, missing: number | null,
 *   reason: string}} Shortfall
 * @typedef {{runtime: string, version: string, bound: boolean, fits: boolean, score: number | null,
 *   score_low: number | null, score_high: number | null, flash: number | null, ram: number | null,
 *   has_minimum_ram: boolean, has_ram_bound: boolean, speed: string | null, slowdown: number | null, instructions: number | null,
 *   shortfalls: Shortfall[], low_margins: string[], ties: string[], remark: string}} RankingEntry
 * @typedef {{board: string, base: string, profile: string, module: string | null, modules: string[],
 *   headline: string, why: string, caveats: string[], flash: number, ram: number, features: string[],
 *   weights: Record<string, number>, entries: RankingEntry[]}} Ranking
 * @typedef {{feature: string, verdict: string, passed: number, total: number, reason: string | null,
 *   group?: string, evidence?: {what: string, number: number, unit: string}[]}} Feature
 * @typedef {{runtime: string, version: string, board: string, profile: string, features: Feature[],
 *   measured_at: string, failing: string}} Features
 * @typedef {{cell: string, metric: string, unit: string, over: string,
 *   points: [string, number, string | null][], measurements: number}} Trend
 * @typedef {{schema: number, title: string, made: string, wasmfit: string, rule: string, libraries: string | null, notes: string[],
 *   outdated: string,
 *   native: string, references: string[],
 *   baseline: string, metrics: {key: string, label: string, unit: string}[], boards: Board[],
 *   runtimes: {name: string, family: string, title: string, bound: boolean, colour: number | null}[], classes: string[],
 *   owners: [string, number][], bounds: string[], facts: Record<string, string>[],
 *   builds: {flags: string[], features: Record<string, string>, tools: Record<string, string>}[],
 *   cells: Cell[], rankings: Ranking[], features: Features[] | null,
 *   titles: Record<string, string>, summed: string, history: Trend[] | null, share: number, images_omitted: number,
 *   phases: string[][]}} Data
 */

/** A part of the page: a large one is text, base64 of deflated JSON. @param {string} id @returns {Promise<any>} */
export async function embedded(id) {
  const part = JSON.parse(byId(id).textContent || "null");
  if (typeof part !== "string") return part;
  const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** @type {Data} */
export const data = await embedded("data");

const INDICES = new Map(data.metrics.map(({ key }, index) => [key, index]));
const FAMILIES = new Map(data.runtimes.map(({ name, family }) => [name, family]));
const BOUNDS = new Set(data.bounds);
const BOARDS = new Map(data.boards.map((board) => [board.name, board]));
const COLOURS = new Map();
const VARIANTS = new Map();
for (const { name, family, bound, colour } of data.runtimes) {
  if (bound || name === data.baseline) continue;
  if (!COLOURS.has(family)) COLOURS.set(family, (colour ?? COLOURS.size) % 9);
  const known = VARIANTS.get(family) || [];
  VARIANTS.set(family, [...known, name]);
}
const MODULE_CLASS = data.classes.indexOf("module");

/** A metric of a cell; null if it is not known. @param {Cell} cell @param {string} key */
export function metric(cell, key) {
  const index = INDICES.get(key);
  return index === undefined ? null : cell.values[index];
}

/** @param {{runtime: string, version: string}} build */
export function labelOf({ runtime, version }) {
  return `${runtime} ${version}`;
}

/** What has changed since a cell was measured; empty if nothing has. @param {Cell} cell */
export function outdatedBy(cell) {
  return data.facts[cell.facts].outdated ?? "";
}

/** Whether it is compiled code, a bound for comparison. @param {string} runtime */
export function isBound(runtime) {
  return BOUNDS.has(runtime);
}

/** @param {string} name @returns {Board | undefined} */
export function boardOf(name) {
  return BOARDS.get(name);
}

/** The class that colours everything of a runtime. @param {string} runtime */
export function colourOf(runtime) {
  const colour = COLOURS.get(FAMILIES.get(runtime) || runtime);
  return colour === undefined ? "bound" : `r${colour}`;
}

/** The mark of a variant, by its position in the family. @param {string} runtime */
export function shapeOf(runtime) {
  if (isBound(runtime)) return 4;
  return Math.max(0, (VARIANTS.get(FAMILIES.get(runtime)) || []).indexOf(runtime)) % 4;
}

/** The class of an owner in a cell: the crates of compiled code are the module. @param {Cell} cell @param {number} owner */
export function classOf(cell, owner) {
  const number = data.owners[owner][1];
  return number === 0 && isBound(cell.runtime) ? MODULE_CLASS : number;
}

/** @param {Cell} cell */
export function isOk(cell) {
  return cell.status === "ok";
}
