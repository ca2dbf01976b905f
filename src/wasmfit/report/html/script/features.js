// @ts-check
/** Features, with the evidence. */
import { el } from "./dom.js";
import { data, labelOf } from "./data.js";
import { filterOf } from "./state.js";
import { table } from "./table.js";

/** @typedef {import("./data.js").Features} Features @typedef {import("./data.js").Feature} Feature */

/** @type {Record<string, string>} */
const SIGNS = { yes: "✓ yes", partly: "◐ partly", no: "✗ no", unmeasurable: "? unmeasurable" };

/** @param {HTMLElement} into */
export function drawFeatures(into) {
  const runtimes = filterOf("runtime");
  const shown = (data.features ?? []).filter((one) => !runtimes || runtimes.has(labelOf(one)));
  if (!data.features) {
    into.append(el("p", {}, "Not measured: run ", el("code", {}, "wasmfit features"), "."));
    return;
  }
  if (!shown.length) {
    into.append(el("p", {}, "No runtime that passes the filters has features measured."));
    return;
  }
  const names = [...new Set(shown.flatMap((one) => one.features.map(({ feature }) => feature)))];
  /** @param {Features} one @param {string} name */
  const of = (one, name) => one.features.find(({ feature }) => feature === name);
  into.append(
    table(
      "Features of each runtime, as measured",
      [
        { label: "Feature", head: true, text: (name) => name, value: (name) => name },
        ...shown.map((one) => ({
          label: labelOf(one),
          text: (/** @type {string} */ name) => verdict(of(one, name)),
          value: (/** @type {string} */ name) => of(one, name)?.verdict,
        })),
      ],
      names,
      { first: 200 },
    ),
  );
}

/** @param {Feature | undefined} found */
function verdict(found) {
  if (!found) return "";
  const counted = found.total === null ? "" : ` ${found.passed ?? 0} of ${found.total}`;
  return el(
    "span",
    { class: `v-${found.verdict in SIGNS ? found.verdict : "no"}` },
    SIGNS[found.verdict] ?? found.verdict,
    el("small", {}, counted, found.reason ? `: ${found.reason}` : ""),
  );
}
