// @ts-check
/** The provenance of every cell, and the command that measures it again. */
import { el } from "./dom.js";
import { data, outdatedBy } from "./data.js";
import { table } from "./table.js";

/** @typedef {import("./data.js").Cell} Cell */

/** @param {HTMLElement} into @param {Cell[]} cells */
export function drawProvenance(into, cells) {
  into.append(
    table(
      "Cells, with the command that replays each",
      [
        { label: "Cell", head: true, kind: "words", text: (cell) => cell.id, value: (cell) => cell.id },
        { label: "Status", text: statusOf, value: statusOf },
        { label: "Replay", kind: "words", text: (cell) => el("code", { class: "whole" }, cell.replay) },
        {
          label: "Image, SHA-256",
          kind: "hash",
          text: (cell) => (cell.elf ? el("code", {}, cell.elf.slice(0, 16)) : ""),
          value: (cell) => cell.elf,
        },
        {
          label: "Measured",
          kind: "when",
          text: (cell) => cell.measured.replace("T", " ").replace("+00:00", ""),
          value: (cell) => cell.measured,
        },
        { label: "Build", kind: "words", text: (cell) => buildOf(cell) },
      ],
      cells,
      { cards: true, first: 12 },
    ),
  );
}

/** @param {Cell} cell */
function statusOf(cell) {
  return outdatedBy(cell) ? `${cell.status}, outdated` : cell.status;
}

/** Flags, features, tools and facts; made when they are looked at. @param {Cell} cell */
function buildOf(cell) {
  const { flags, features, tools } = data.builds[cell.build];
  const facts = data.facts[cell.facts];
  const parts = el("details", { class: "made" }, el("summary", {}, "flags, versions, facts"));
  parts.addEventListener("toggle", () => {
    if (parts.childElementCount > 1) return;
    parts.append(
      list("Image, SHA-256", cell.elf ? { "": cell.elf } : {}),
      list("Flags", Object.fromEntries(flags.map((flag) => [flag, ""]))),
      list("Features", features),
      list("Tools", tools),
      list("Facts", facts),
    );
  });
  return parts;
}

/** @param {string} title @param {Record<string, string>} entries */
function list(title, entries) {
  const rows = Object.entries(entries);
  return el(
    "div",
    {},
    rows.length ? el("b", {}, title) : null,
    el(
      "ul",
      {},
      rows.map(([name, value]) => el("li", {}, [name, value].filter(Boolean).join(": "))),
    ),
  );
}
