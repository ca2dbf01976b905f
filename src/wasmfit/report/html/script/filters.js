// @ts-check
/** The filters: board, profile, workload and runtime. */
import { el, byId, check } from "./dom.js";
import { data, labelOf } from "./data.js";
import { filterOf, set } from "./state.js";

/** @typedef {import("./data.js").Cell} Cell */

/** @type {{key: string, name: string, of: (cell: Cell) => string}[]} */
const FILTERS = [
  { key: "board", name: "Board", of: (cell) => cell.board },
  { key: "profile", name: "Profile", of: (cell) => cell.profile },
  { key: "workload", name: "Workload", of: (cell) => cell.module },
  { key: "runtime", name: "Runtime", of: labelOf },
];
export const FILTER_KEYS = FILTERS.map(({ key }) => key);

/** The values of a filter that there are. @param {(cell: Cell) => string} of */
function valuesOf(of) {
  return [...new Set(data.cells.filter((cell) => cell.runtime !== data.baseline).map(of))];
}

/** The cells that pass; baselines pass with any runtime. @returns {Cell[]} */
export function passing() {
  const tests = FILTERS.map(({ key, of }) => ({ key, of, wanted: filterOf(key) })).filter(
    (one) => one.wanted,
  );
  return data.cells.filter((cell) =>
    tests.every(
      ({ key, of, wanted }) => wanted?.has(of(cell)) || (key === "runtime" && cell.runtime === data.baseline),
    ),
  );
}

/** Makes the filters, open where they were open. */
export function drawFilters() {
  const form = byId("filters");
  const open = new Set(
    [...form.querySelectorAll("details[open]")].map((one) => one.getAttribute("data-key")),
  );
  const focused = document.activeElement?.getAttribute("data-value");
  form.replaceChildren(...FILTERS.map((filter) => drawn(filter, open.has(filter.key))));
  if (FILTERS.some(({ key }) => filterOf(key)))
    form.append(
      el(
        "button",
        { type: "button", onclick: () => set(Object.fromEntries(FILTER_KEYS.map((key) => [key, null]))) },
        "Show all",
      ),
    );
  if (focused)
    [...form.querySelectorAll("input")].find((one) => one.getAttribute("data-value") === focused)?.focus();
}

/** @param {{key: string, name: string, of: (cell: Cell) => string}} filter @param {boolean} open */
function drawn({ key, name, of }, open) {
  const values = valuesOf(of);
  const wanted = filterOf(key);
  const shown = values.filter((value) => !wanted || wanted.has(value));
  if (values.length < 2) return el("p", { class: "fixed" }, el("b", {}, `${name} `), values[0] ?? "none");
  const said =
    shown.length === values.length
      ? `all ${values.length}`
      : shown.length === 1
        ? shown[0]
        : `${shown.length} of ${values.length}`;
  /** @param {string[]} next */
  const become = (next) => set({ [key]: next.length === values.length ? null : next.join("|") });
  const boxes = values.map((value) => {
    const label = check(value, shown.includes(value), (checked) =>
      become(values.filter((one) => (one === value ? checked : shown.includes(one)))),
    );
    label.querySelector("input")?.setAttribute("data-value", `${key}=${value}`);
    const only = el(
      "button",
      { type: "button", class: "only", "aria-label": `only ${value}`, onclick: () => become([value]) },
      "only",
    );
    return el("li", {}, label, only);
  });
  const all = el("button", { type: "button", onclick: () => become(values) }, "All");
  const summary = el("summary", {}, el("b", {}, `${name} `), said);
  return el(
    "details",
    { "data-key": key, open },
    summary,
    el("fieldset", {}, el("legend", {}, `${name}s shown`), all, el("ul", {}, boxes)),
  );
}

document.addEventListener("click", (event) => {
  for (const one of document.querySelectorAll("#filters details[open]"))
    if (event.target instanceof Node && event.target.isConnected && !one.contains(event.target))
      one.removeAttribute("open");
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const one of document.querySelectorAll("#filters details[open]")) {
    one.removeAttribute("open");
    one.querySelector("summary")?.focus();
  }
});
