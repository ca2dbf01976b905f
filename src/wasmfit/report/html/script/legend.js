// @ts-check
/** What colours and marks mean. */
import { el, svg } from "./dom.js";
import { mark } from "./marks.js";

/** @param {{name: string, colour: string, shape?: number}[]} entries */
export function legend(entries) {
  return el(
    "ul",
    { class: "legend" },
    entries.map(({ name, colour, shape }) =>
      el(
        "li",
        {},
        svg(
          "svg",
          { width: 14, height: 14, "aria-hidden": "true" },
          shape === undefined
            ? svg("rect", { class: colour, x: 1, y: 1, width: 12, height: 12 })
            : mark(7, 7, colour, shape),
        ),
        " ",
        name,
      ),
    ),
  );
}
