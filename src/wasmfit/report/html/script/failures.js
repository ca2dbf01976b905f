// @ts-check
/** What did not run, and why. */
import { el } from "./dom.js";
import { isOk, labelOf } from "./data.js";
import { table } from "./table.js";

/** @typedef {import("./data.js").Cell} Cell */

/** @param {HTMLElement} into @param {Cell[]} cells */
export function drawFailures(into, cells) {
  const rows = cells.filter((cell) => !isOk(cell));
  if (!rows.length) {
    into.append(el("p", {}, "Every cell shown was built, ran and gave correct results."));
    return;
  }
  /** @type {Map<string, {cell: Cell, modules: string[]}>} */
  const ends = new Map();
  for (const cell of rows) {
    const key = JSON.stringify([
      cell.runtime,
      cell.version,
      cell.board,
      cell.profile,
      cell.status,
      cell.reason,
    ]);
    const end = ends.get(key) ?? { cell, modules: [] };
    end.modules.push(cell.module);
    ends.set(key, end);
  }
  into.append(
    table(
      "Cells without results",
      [
        {
          label: "Runtime",
          head: true,
          text: ({ cell }) => labelOf(cell),
          value: ({ cell }) => labelOf(cell),
        },
        {
          label: "Workloads",
          kind: "list",
          text: ({ modules }) => modules.join(", "),
          value: ({ modules }) => modules.length,
        },
        { label: "Board", text: ({ cell }) => cell.board, value: ({ cell }) => cell.board },
        { label: "Profile", text: ({ cell }) => cell.profile, value: ({ cell }) => cell.profile },
        {
          label: "Status",
          text: ({ cell }) => el("span", { class: "end" }, cell.status),
          value: ({ cell }) => cell.status,
        },
        { label: "Reason", kind: "words", text: ({ cell }) => cell.reason ?? "no reason given" },
      ],
      [...ends.values()],
      { cards: true },
    ),
  );
}
