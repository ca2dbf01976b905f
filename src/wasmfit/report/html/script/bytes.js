// @ts-check
/** Every byte of one image: the treemap's section. */
import { preferred } from "./answer.js";
import { choice, el } from "./dom.js";
import { classOf, data } from "./data.js";
import { inBytes, percent, whole } from "./format.js";
import { grouped } from "./groups.js";
import { legend } from "./legend.js";
import { get, set } from "./state.js";
import { table } from "./table.js";
import { hide } from "./tip.js";
import { nodeAt, pathOf, placeOf, treeOf, trees } from "./trees.js";
import { treemap } from "./treemap.js";

/** @typedef {import("./data.js").Cell} Cell @typedef {import("./trees.js").Tree} Tree */

const OWNERS = new Map(data.owners.map(([name], number) => [name, number]));
const LEVELS = ["image", "memories", "sections", "owners", "symbols"];

/** What the report leaves out, and how to see it. */
function elsewhere() {
  return [
    `The bytes of ${whole(data.images_omitted)} more images are left out of so large a report. One of fewer boards, profiles or versions has them: `,
    el("code", {}, "wasmfit report --select GLOB"),
    ".",
  ];
}

/** @param {HTMLElement} into @param {Cell[]} cells @param {number} width */
export async function drawBytes(into, cells, width) {
  const packed = await trees("images");
  const names = new Map(
    grouped(cells, true).flatMap((group) =>
      group.cells.map((cell) => [cell.id, `${group.name} · ${cell.module}`]),
    ),
  );
  const offered = cells.filter((cell) => cell.id in packed.trees);
  if (!offered.length) {
    into.append(
      el(
        "p",
        {},
        data.images_omitted
          ? "Of no image that passes the filters are the bytes in here. "
          : "Not measured: no image that passes the filters lies in wasmfit's cache. ",
        ...(data.images_omitted
          ? elsewhere()
          : [el("code", {}, "wasmfit report --rerun"), " builds them again."]),
      ),
    );
    return;
  }
  const cell = offered.find(({ id }) => id === get("image")) ?? preferred(offered);
  const root = /** @type {Tree} */ (treeOf(packed, cell.id));
  const node = nodeAt(root, get("image") === cell.id ? get("at") : "");
  /** @param {Tree} to */
  const open = (to) => {
    hide();
    set({ image: cell.id, at: placeOf(to) || null, focus: "bytes" });
  };
  const back = () => node.above && open(node.above);
  /** @param {Tree} one */
  const name = (one) =>
    one.depth === 0
      ? "the whole image"
      : one.name || `other (${whole(one.count)} ${LEVELS[one.depth] ?? "rows"})`;
  /** @param {Tree} one */
  const colour = (one) => colourOfNode(cell, one);

  into.append(
    el(
      "div",
      { class: "controls" },
      choice(
        "Image",
        offered.map(({ id }) => ({ value: id, text: names.get(id) ?? id })),
        cell.id,
        (value) => set({ image: value, at: null }),
      ),
    ),
  );
  into.append(
    el(
      "nav",
      { class: "crumbs", "aria-label": "Where in the image" },
      pathOf(node)
        .map((one) =>
          one === node
            ? el("b", { "aria-current": "true" }, name(one))
            : el("button", { type: "button", onclick: () => open(one) }, name(one)),
        )
        .flatMap((crumb, place) => (place ? [" › ", crumb] : [crumb])),
    ),
  );
  into.append(treemap(width, node, colour, name, open, back));
  into.append(
    legend(
      data.classes
        .map((text, number) => ({ name: text, colour: `o${number}` }))
        .filter((_, number) => cell.flash.some(([owner]) => classOf(cell, owner) === number)),
    ),
  );
  into.append(
    table(
      `What ${name(node)} is made of: ${inBytes(node.bytes)}`,
      [
        {
          label: LEVELS[node.depth + 1]?.replace(/ies$/, "y").replace(/s$/, "") ?? "part",
          head: true,
          kind: "words",
          value: name,
          text: (one) =>
            one.rows.length
              ? el("button", { type: "button", class: "link", onclick: () => open(one) }, name(one))
              : name(one),
        },
        { label: "Bytes", number: true, text: (one) => whole(one.bytes), value: (one) => one.bytes },
        {
          label: "Part",
          number: true,
          text: (one) => percent(one.bytes, node.bytes),
          value: (one) => one.bytes,
        },
      ],
      [...(node.rows.length ? node.rows : [node])].sort((a, b) => b.bytes - a.bytes),
      { first: 15 },
    ),
  );
  into.append(
    el(
      "p",
      { class: "quiet" },
      `Generics are one row with all their instances. What is a smaller part of its image than ${Number((100 * data.share).toPrecision(2))}% is added up as “other”. Initialised data lies in flash and, at run time, in RAM as well. Images of other workloads differ in the module.`,
      ...(data.images_omitted ? [" ", ...elsewhere()] : []),
    ),
  );
}

/** @param {Cell} cell @param {Tree} node */
function colourOfNode(cell, node) {
  const owner = pathOf(node)[3];
  const number = owner && OWNERS.get(owner.name);
  return number === undefined ? "none" : `o${classOf(cell, number)}`;
}
