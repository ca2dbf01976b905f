// @ts-check
/** Flame graphs: the section. */
import { preferred } from "./answer.js";
import { choice, el } from "./dom.js";
import { data } from "./data.js";
import { flameGraph } from "./flame.js";
import { percent, whole } from "./format.js";
import { grouped } from "./groups.js";
import { get, set } from "./state.js";
import { table } from "./table.js";
import { hide } from "./tip.js";
import { nodeAt, placeOf, treeOf, trees } from "./trees.js";

/** @typedef {import("./data.js").Cell} Cell @typedef {import("./trees.js").Tree} Tree */

/** @param {HTMLElement} into @param {Cell[]} cells @param {number} width */
export async function drawFlames(into, cells, width) {
  const packed = await trees("flames");
  if (!Object.keys(packed.trees).length) {
    into.append(
      el(
        "p",
        {},
        "Not measured: run ",
        el("code", {}, "wasmfit report --flames"),
        ", or ",
        el("code", {}, "wasmfit profile -r RUNTIME"),
        " for one.",
      ),
    );
    return;
  }
  const names = new Map(
    grouped(cells).flatMap((group) => group.cells.map((cell) => [cell.id, `${group.name} · ${cell.module}`])),
  );
  const offered = cells.filter((cell) => cell.id in packed.trees);
  if (!offered.length) {
    into.append(el("p", {}, "No cell that passes the filters has a flame graph."));
    return;
  }
  const cell = offered.find(({ id }) => id === get("flame")) ?? preferred(offered);
  const root = /** @type {Tree} */ (treeOf(packed, cell.id));
  const node = nodeAt(root, get("flame") === cell.id ? get("in") : "");
  /** @param {Tree} to */
  const open = (to) => {
    hide();
    set({ flame: cell.id, in: placeOf(to) || null, focus: "flames" });
  };
  /** @param {Tree} one */
  const name = (one) =>
    one.depth === 0 ? "all instructions" : one.name || `other (${whole(one.count)} functions)`;
  into.append(
    el(
      "div",
      { class: "controls" },
      choice(
        "Cell",
        offered.map(({ id }) => ({ value: id, text: names.get(id) ?? id })),
        cell.id,
        (value) => set({ flame: value, in: null }),
      ),
      node.above ? el("button", { type: "button", onclick: () => open(root) }, "Show all") : null,
    ),
  );
  into.append(flameGraph(width, node, name, open, () => node.above && open(node.above)));
  const rows = [...alone(root)].sort((a, b) => b.own - a.own);
  into.append(
    table(
      "Functions by instructions of their own",
      [
        { label: "Function", head: true, kind: "words", text: (row) => row.name, value: (row) => row.name },
        { label: "Instructions", number: true, text: (row) => whole(row.own), value: (row) => row.own },
        { label: "Part", number: true, text: (row) => percent(row.own, root.bytes), value: (row) => row.own },
      ],
      rows,
      { first: 12 },
    ),
  );
  into.append(
    el(
      "p",
      { class: "quiet" },
      `Instructions counted in the emulator in ${(data.phases[0] ?? []).map((phase) => (phase === "call" ? "the calls" : phase)).join(", ")}; callers stand above what they call.`,
    ),
  );

  /** @param {Tree} from */
  function alone(from) {
    /** @type {Map<string, number>} */
    const sums = new Map();
    const pending = [from];
    for (let one = pending.pop(); one; one = pending.pop()) {
      const own = one.bytes - one.rows.reduce((sum, row) => sum + row.bytes, 0);
      if (own) sums.set(name(one), (sums.get(name(one)) ?? 0) + own);
      pending.push(...one.rows);
    }
    return [...sums].map(([text, own]) => ({ name: text, own }));
  }
}
