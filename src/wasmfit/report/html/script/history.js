// @ts-check
/** Metrics over time and over versions. */
import { el, svg } from "./dom.js";
import { data } from "./data.js";
import { whole } from "./format.js";
import { frame } from "./marks.js";
import { linear } from "./scales.js";
import { folded, table } from "./table.js";

/** @typedef {import("./data.js").Trend} Trend */

/** @type {Record<string, string>} */
const METRICS = {
  "size.flash": "flash",
  "run.least_ram.bytes": "minimum RAM",
  "run.instructions.call": "instructions of a warm call",
};

/** @param {HTMLElement} into @param {Set<string>} ids of the cells that pass the filters */
export function drawHistory(into, ids) {
  const any = new Set([...ids].map(versionless));
  const rows = (data.history ?? []).filter(({ cell }) => ids.has(cell) || any.has(cell));
  if (!rows.length) {
    into.append(
      el(
        "p",
        {},
        "No cell shown was measured more than once. Once one was, with another wasmfit, in another version or after a change, its history is shown here; ",
        el("code", {}, "wasmfit history"),
        " follows any metric.",
      ),
    );
    return;
  }
  for (const [over, title] of [
    ["version", "Over versions"],
    ["time", "Over time"],
  ]) {
    const chosen = rows.filter((one) => one.over === over);
    const moved = chosen.filter((one) => new Set(one.points.map(([, value]) => value)).size > 1);
    const still = chosen.filter((one) => !moved.includes(one));
    if (!chosen.length) continue;
    into.append(el("h3", {}, title));
    if (moved.length) into.append(courses(`${title}: metrics that changed`, moved));
    if (still.length)
      into.append(
        folded(
          still.length === 1 ? "One metric that did not change" : `${whole(still.length)} metrics that did not change`,
          table(
            `${title}: metrics that did not change`,
            [
              { label: "Cell", head: true, text: nameOf, value: nameOf },
              { label: "Metric", text: named, value: named },
              {
                label: "Value",
                number: true,
                text: ({ points, unit }) => valued(points[0][1], unit),
                value: ({ points }) => points[0][1],
              },
              { label: "Measured", number: true, text: ({ measurements }) => `${measurements} times`, value: ({ measurements }) => measurements },
            ],
            still,
            { cards: true },
          ),
        ),
      );
  }
}

/** A cell's id without its version. @param {string} id */
function versionless(id) {
  const place = id.indexOf("/");
  return `${id.slice(0, place).split("@")[0]}${id.slice(place)}`;
}

/** What distinguishes a cell from the others that are shown. @param {Trend} one */
function nameOf({ cell }) {
  const [build, module, board, , profile] = cell.split("/");
  return [
    build,
    several("module") && module,
    several("board") && board,
    several("profile") && profile,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Whether the report's cells differ in it. @param {"module" | "board" | "profile"} key */
function several(key) {
  return new Set(data.cells.map((cell) => cell[key])).size > 1;
}

/** @param {Trend} one */
function named({ metric }) {
  return METRICS[metric] ?? metric;
}

/** @param {number} value @param {string} unit */
function valued(value, unit) {
  return `${whole(value)}${unit === "B" ? " B" : ""}`;
}

/** @param {string} title @param {Trend[]} rows */
function courses(title, rows) {
  /** @param {Trend} one */
  const last = ({ points }) => points[points.length - 1];
  return table(
    title,
    [
      { label: "Cell", head: true, text: nameOf, value: nameOf },
      { label: "Metric", text: named, value: named },
      { label: "Trend", text: spark },
      {
        label: "From",
        number: true,
        text: (one) => moment(one.points[0], one.unit),
        value: (one) => one.points[0][1],
      },
      { label: "To", number: true, text: (one) => moment(last(one), one.unit), value: (one) => last(one)[1] },
      { label: "What changed it", kind: "words", text: reasons },
    ],
    rows,
    { cards: true },
  );
}

/** @param {[string, number, string | null]} point @param {string} unit */
function moment([at, value], unit) {
  return el("span", {}, valued(value, unit), el("small", {}, ` ${at}`));
}

/** The newest three changes. @param {Trend} one */
function reasons({ points }) {
  const moved = points.filter(([, , why]) => why);
  const shown = moved.slice(-3).reverse();
  return el(
    "ul",
    {},
    shown.map(([at, , why]) => el("li", {}, el("b", {}, at), ` ${why}`)),
    moved.length > shown.length ? el("li", { class: "quiet" }, `and ${moved.length - shown.length} before`) : null,
  );
}

/** @param {Trend} one */
function spark({ points, unit }) {
  const values = points.map(([, value]) => value);
  const chart = frame(
    120,
    28,
    `${values.length} values from ${valued(values[0], unit)} to ${valued(values[values.length - 1], unit)}`,
  );
  const y = linear([Math.min(...values), Math.max(...values)], [24, 4], 2);
  const x = linear([0, Math.max(1, values.length - 1)], [4, 116], 2);
  // A value holds until the next change.
  const path = values.map((value, place) =>
    place ? `H${x(place).toFixed(1)}V${y(value).toFixed(1)}` : `M${x(0)},${y(value).toFixed(1)}`,
  );
  chart.append(
    svg("path", { class: "course", d: path.join("") }),
    svg("circle", { class: "end", cx: x(values.length - 1), cy: y(values[values.length - 1]), r: 3 }),
  );
  return chart;
}
