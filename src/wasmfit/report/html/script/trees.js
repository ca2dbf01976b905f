// @ts-check
/** Trees of bytes and of calls, as they are unpacked. */
import { embedded } from "./data.js";

/**
 * @typedef {{name: string, bytes: number, count: number, rows: Tree[], above: Tree | null, depth: number}} Tree
 * @typedef {{names: string[], trees: Record<string, number[]>}} Packed
 */

/** @type {Map<string, Promise<Packed>>} */
const unpacked = new Map();

/** All trees of an element of the page. @param {string} id @returns {Promise<Packed>} */
export function trees(id) {
  let found = unpacked.get(id);
  if (!found) unpacked.set(id, (found = embedded(id)));
  return found;
}

/** @param {Packed} packed @param {string} key @returns {Tree | null} */
export function treeOf({ names, trees: walks }, key) {
  const walk = walks[key];
  if (!walk) return null;
  let at = 0;
  /** @param {Tree | null} above @returns {Tree} */
  const next = (above) => {
    const [name, bytes, count, rows] = walk.slice(at, at + 4);
    at += 4;
    /** @type {Tree} */
    const node = { name: names[name], bytes, count, rows: [], above, depth: above ? above.depth + 1 : 0 };
    for (let row = 0; row < rows; row++) node.rows.push(next(node));
    return node;
  };
  return next(null);
}

/** The node with the nodes above it, the whole first. @param {Tree} node @returns {Tree[]} */
export function pathOf(node) {
  return node.above ? [...pathOf(node.above), node] : [node];
}

/** A node's place in the tree, as it is kept in the address. @param {Tree} node */
export function placeOf(node) {
  return pathOf(node)
    .slice(1)
    .map((one) => one.above?.rows.indexOf(one))
    .join(".");
}

/** The node at such a place, or the last on the way there. @param {Tree} root @param {string} place */
export function nodeAt(root, place) {
  let node = root;
  for (const step of place ? place.split(".") : []) {
    const next = node.rows[Number(step)];
    if (!next) break;
    node = next;
  }
  return node;
}
