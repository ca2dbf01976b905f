// @ts-check
/** Tables that can be sorted; long ones show their beginning first. */
import { el } from "./dom.js";

const FIRST = 40;

/**
 * @template R
 * @typedef {{label: string, number?: boolean, text: (row: R) => string | Node, value?: (row: R) => number | string | null | undefined,
 *   head?: boolean, kind?: string}} Column a column: what is shown of a row, and what it is sorted by
 */

/**
 * @template R
 * @param {string} caption @param {Column<R>[]} columns @param {R[]} rows
 * @param {{cards?: boolean, first?: number, mark?: (row: R) => string | null}} [options] `cards`: on a narrow
 *   screen every row is a card of its own
 * @returns {HTMLElement}
 */
export function table(caption, columns, rows, { cards = false, first = FIRST, mark } = {}) {
  let sorted = rows;
  let by = -1;
  let rising = true;
  let all = false;
  const body = el("tbody");
  const more = el("button", {
    type: "button",
    class: "more",
    onclick: () => {
      all = true;
      fill();
    },
  });
  const heads = columns.map((column, place) =>
    el(
      "th",
      { scope: "col", class: column.number ? "number" : null },
      column.value
        ? el("button", { type: "button", onclick: () => sort(place) }, column.label)
        : column.label,
    ),
  );

  /** @param {number} place */
  function sort(place) {
    const { value } = columns[place];
    if (!value) return;
    rising = by !== place || !rising;
    by = place;
    // Unknown values come last, in either order.
    sorted = [...rows].sort((a, b) => {
      const [one, other] = [value(a), value(b)];
      if (one === null || one === undefined || other === null || other === undefined)
        return Number(one === null || one === undefined) - Number(other === null || other === undefined);
      return (one < other ? -1 : one > other ? 1 : 0) * (rising ? 1 : -1);
    });
    heads.forEach((head, at) =>
      at === by
        ? head.setAttribute("aria-sort", rising ? "ascending" : "descending")
        : head.removeAttribute("aria-sort"),
    );
    fill();
  }

  function fill() {
    const shown = all ? sorted : sorted.slice(0, first);
    body.replaceChildren(
      ...shown.map((row) =>
        el(
          "tr",
          { class: mark ? mark(row) : null },
          columns.map((column) =>
            el(
              column.head ? "th" : "td",
              {
                scope: column.head ? "row" : null,
                class: [column.number && "number", column.kind].filter(Boolean).join(" ") || null,
                "data-label": cards ? column.label : null,
              },
              column.text(row),
            ),
          ),
        ),
      ),
    );
    more.hidden = shown.length === rows.length;
    more.textContent = `Show all ${rows.length.toLocaleString("en-US")} rows`;
  }

  fill();
  const made = el(
    "table",
    { class: cards ? "cards" : null },
    el("caption", {}, caption),
    el("thead", {}, el("tr", {}, heads)),
    body,
  );
  const frame = el("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" }, made);
  const whole = el("div", { class: "table" }, frame, more);
  whole.addEventListener("wasmfit:all", () => {
    all = true;
    fill();
  });
  return whole;
}

/** A folded table, for what a chart shows already. @param {string} summary @param {HTMLElement} made */
export function folded(summary, made) {
  return el("details", { class: "data" }, el("summary", {}, summary), made);
}
