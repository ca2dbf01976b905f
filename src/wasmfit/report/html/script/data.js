// @ts-check
/** The measurements, as the page carries them. */
import { byId } from "./dom.js";

/**
 * @typedef {{id: string, runtime: string, version: string, module: string, board: string, base: string,
 *   profile: string, status: string, reason: string | null, figures: (number | null)[], slow: number | null,
 *   time: Record<string, [number, number, number]> | null, flash: [number, number][], ram: [number, number][],
 *   published: Record<string, number> | null, source: string | null, facts: number, elf: string | null,
 *   measured: string, replay: string, made: number}} Cell
 * @typedef {{name: string, title: string, chip: string, flash: number, ram: number, erase: number,
 *   clock: number}} Board
 * @typedef {{measure: string, have: number | null, need: number | null, short: number | null,
 *   reason: string}} Shortfall
 * @typedef {{runtime: string, version: string, bound: boolean, fits: boolean, score: number | null,
 *   score_low: number | null, score_high: number | null, flash: number | null, ram: number | null,
 *   ram_searched: boolean, speed: string | null, slow_down: number | null, instructions: number | null,
 *   shortfalls: Shortfall[], tight: string[], unsure_against: string[], remark: string}} Standing
 * @typedef {{board: string, base: string, profile: string, module: string | null, modules: string[],
 *   headline: string, why: string, doubts: string[], flash: number, ram: number, needs: string[],
 *   weights: Record<string, number>, standings: Standing[]}} Answer
 * @typedef {{feature: string, verdict: string, passed: number, total: number, reason: string | null,
 *   group?: string, evidence?: {what: string, number: number, unit: string}[]}} Feature
 * @typedef {{runtime: string, version: string, board: string, profile: string, features: Feature[],
 *   measured_at: string, failing: string}} Features
 * @typedef {{cell: string, figure: string, unit: string, over: string,
 *   points: [string, number, string | null][], seen: number}} Trend
 * @typedef {{schema: number, title: string, made: string, wasmfit: string, rule: string, libraries: string | null,
 *   native: string,
 *   baseline: string, measures: {key: string, label: string, unit: string}[], boards: Board[],
 *   runtimes: {name: string, family: string, title: string, bound: boolean, colour: number | null}[], classes: string[],
 *   owners: [string, number][], bounds: string[], facts: Record<string, string>[],
 *   made_of: {flags: string[], features: Record<string, string>, tools: Record<string, string>}[],
 *   cells: Cell[], answers: Answer[], features: Features[] | null,
 *   titles: Record<string, string>, summed: string, history: Trend[] | null, share: number, images_left_out: number,
 *   phases: string[][]}} Data
 */

/** A part of the page: what is large is text, base64 of deflated JSON. @param {string} id @returns {Promise<any>} */
export async function embedded(id) {
  const part = JSON.parse(byId(id).textContent || "null");
  if (typeof part !== "string") return part;
  const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** @type {Data} */
export const data = await embedded("data");

const PLACES = new Map(data.measures.map(({ key }, place) => [key, place]));
const FAMILIES = new Map(data.runtimes.map((one) => [one.name, one.family]));
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

/** A figure of a cell; null where it is not known. @param {Cell} cell @param {string} key */
export function figure(cell, key) {
  const place = PLACES.get(key);
  return place === undefined ? null : cell.figures[place];
}

/** @param {{runtime: string, version: string}} one */
export function labelOf(one) {
  return `${one.runtime} ${one.version}`;
}

/** Whether it stands for compiled code, to read the others against. @param {string} runtime */
export function isBound(runtime) {
  return BOUNDS.has(runtime);
}

/** @param {string} name @returns {Board | undefined} */
export function boardOf(name) {
  return BOARDS.get(name);
}

/** The class that colours everything of a runtime. @param {string} runtime */
export function colourOf(runtime) {
  const found = COLOURS.get(FAMILIES.get(runtime) || runtime);
  return found === undefined ? "bound" : `r${found}`;
}

/** The mark of a variant, by its place in the family. @param {string} runtime */
export function shapeOf(runtime) {
  if (isBound(runtime)) return 4;
  return Math.max(0, (VARIANTS.get(FAMILIES.get(runtime)) || []).indexOf(runtime)) % 4;
}

/** The class of an owner in a cell: compiled code's crates are the module. @param {Cell} cell @param {number} owner */
export function classOf(cell, owner) {
  const found = data.owners[owner][1];
  return found === 0 && isBound(cell.runtime) ? MODULE_CLASS : found;
}

/** @param {Cell} cell */
export function isOk(cell) {
  return cell.status === "ok";
}
