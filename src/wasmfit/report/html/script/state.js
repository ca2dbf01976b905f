// @ts-check
/** What is chosen: filters and views. It is kept in the address's fragment, so that a view can be shared. */

/** @type {Record<string, string>} */
let chosen = parsed();
/** @type {((changed: string[]) => void)[]} */
const listeners = [];

function parsed() {
  return Object.fromEntries(new URLSearchParams(location.hash.replace(/^#/, "")));
}

/** @param {string} key @param {string} [otherwise] */
export function get(key, otherwise = "") {
  return chosen[key] ?? otherwise;
}

/** The values of a filter; null for all. @param {string} key @returns {Set<string> | null} */
export function filterOf(key) {
  return key in chosen ? new Set(chosen[key].split("|").filter(Boolean)) : null;
}

/** @param {Record<string, string | null>} values null takes a key away */
export function set(values) {
  const next = { ...chosen };
  for (const [key, value] of Object.entries(values)) {
    if (value === null) delete next[key];
    else next[key] = value;
  }
  const text = new URLSearchParams(next).toString();
  history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  become(next);
}

/** @param {(changed: string[]) => void} listener called with the keys that changed */
export function onChange(listener) {
  listeners.push(listener);
}

/** @param {Record<string, string>} next */
function become(next) {
  const changed = [...new Set([...Object.keys(chosen), ...Object.keys(next)])].filter(
    (key) => chosen[key] !== next[key],
  );
  chosen = next;
  if (changed.length) for (const listener of listeners) listener(changed);
}

addEventListener("hashchange", () => become(parsed()));
