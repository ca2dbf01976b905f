// @ts-check
/** Features, each verdict with its evidence and the command that lists what does not hold. */
import { el } from "./dom.js";
import { boardOf, data, labelOf } from "./data.js";
import { whole } from "./format.js";
import { filterOf } from "./state.js";
import { table } from "./table.js";

/** @typedef {import("./data.js").Features} Features @typedef {import("./data.js").Feature} Feature */

/** @type {Record<string, string>} */
const SIGNS = { yes: "✓ yes", partly: "◐ partly", no: "✗ no", unmeasurable: "? not measurable" };
/** @type {Record<string, string>} */
const GROUPS = { webassembly: "Features of WebAssembly", behaviour: "Behaviour of the device" };

/** @param {HTMLElement} into */
export function drawFeatures(into) {
  const [runtimes, boards, profiles] = ["runtime", "board", "profile"].map(filterOf);
  if (!data.features) {
    into.append(
      el(
        "p",
        {},
        "No features of these runtimes are stored: run ",
        el("code", {}, "wasmfit features"),
        ", or ",
        el("code", {}, "wasmfit report --features"),
        ".",
      ),
    );
    return;
  }
  const shown = data.features.filter(
    (one) =>
      (!runtimes || runtimes.has(labelOf(one))) &&
      (!boards || boards.has(one.board)) &&
      (!profiles || profiles.has(one.profile)),
  );
  if (!shown.length) {
    into.append(el("p", {}, "No runtime that passes the filters has features measured."));
    return;
  }
  into.append(
    el(
      "p",
      { class: "quiet" },
      "Measured by the W3C suite on device images. Open a verdict for the reason, and for the command that lists every assertion that does not hold.",
    ),
  );
  const groups = new Set(shown.flatMap((one) => one.features.map(({ group }) => group ?? "webassembly")));
  const settings = new Set(shown.map((one) => `${one.board}/${one.profile}`));
  for (const setting of settings)
    for (const group of groups) {
      const chosen = shown.filter((one) => `${one.board}/${one.profile}` === setting);
      const where = `${boardOf(chosen[0].board)?.title ?? chosen[0].board} · ${chosen[0].profile}`;
      into.append(matrix(`${GROUPS[group] ?? group}: ${where}`, group, chosen));
    }
  const without = missing(shown);
  if (without.length)
    into.append(el("p", { class: "quiet" }, `No features of ${without.join(", ")} are stored.`));
}

/** @param {string} title @param {string} group @param {Features[]} shown */
function matrix(title, group, shown) {
  /** @param {Features} one */
  const features = (one) => one.features.filter((feature) => (feature.group ?? "webassembly") === group);
  const names = [...new Set(shown.flatMap((one) => features(one).map(({ feature }) => feature)))];
  /** @param {Features} one @param {string} name */
  const of = (one, name) => features(one).find(({ feature }) => feature === name);
  return table(
    title,
    [
      {
        label: "Feature",
        head: true,
        kind: "feature",
        text: (name) => data.titles[name] ?? name,
        value: (name) => data.titles[name] ?? name,
      },
      ...shown.map((one) => ({
        label: labelOf(one),
        text: (/** @type {string} */ name) => verdict(one, of(one, name)),
        value: (/** @type {string} */ name) => of(one, name)?.verdict,
      })),
    ],
    names,
    { first: 200 },
  );
}

/** Runtimes of this report that load modules, ran, and have no features here. @param {Features[]} shown */
function missing(shown) {
  const known = new Set(shown.map(labelOf));
  const runtimes = filterOf("runtime");
  const ran = data.cells.filter(
    (cell) =>
      cell.status === "ok" && cell.runtime !== data.baseline && !data.bounds.includes(cell.runtime),
  );
  return [...new Set(ran.map(labelOf))].filter(
    (name) => !known.has(name) && (!runtimes || runtimes.has(name)),
  );
}

/** @param {Features} one @param {Feature | undefined} found */
function verdict(one, found) {
  if (!found) return "";
  const kind = `v-${found.verdict in SIGNS ? found.verdict : "no"}`;
  const sign = SIGNS[found.verdict] ?? found.verdict;
  const counted = found.verdict === "partly" ? ` (${whole(found.passed)} of ${whole(found.total)})` : "";
  const evidence = (found.evidence ?? []).map(({ what, number, unit }) => `${what}: ${whole(number)} ${unit}`);
  const said = [
    found.total ? `${whole(found.passed)} of ${whole(found.total)} assertions hold` : "",
    found.reason ?? "",
    ...evidence,
  ].filter(Boolean);
  if (!said.length) return el("span", { class: kind }, sign);
  const name = `${labelOf(one)}, ${data.titles[found.feature] ?? found.feature}: ${sign}${counted}`;
  return el(
    "details",
    { class: "verdict" },
    el("summary", { "aria-label": name }, el("span", { class: kind }, sign), el("small", {}, counted)),
    el(
      "div",
      { class: "evidence" },
      said.map((words) => el("p", {}, words)),
      found.verdict === "no" || found.verdict === "partly"
        ? el("p", {}, el("code", { class: "whole" }, `${one.failing} ${found.feature}`))
        : null,
      one.measured_at ? el("p", { class: "quiet" }, `measured ${one.measured_at.slice(0, 10)}`) : null,
    ),
  );
}
