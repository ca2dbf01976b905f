// @ts-check
/** Points of two metrics, with the Pareto front and error bars. */
import { svg } from "./dom.js";
import { brief } from "./format.js";
import { frame, mark, words } from "./marks.js";
import { widthOf } from "./measure.js";
import { front } from "./pareto.js";
import { rove } from "./roving.js";
import { around, linear, log } from "./scales.js";
import { tell } from "./tip.js";

/**
 * @typedef {{x: number, y: number, low?: number, high?: number, name: string, colour: string, shape: number,
 *   bound: boolean, lines: string[]}} Point
 */

const MOST_NAMED = 40;
const LIMIT = "the board's limit";

/**
 * @param {number} width @param {Point[]} points @param {{x: string, y: string}} titles @param {boolean} isLog
 * @param {number | null} limit where the board's limit lies on the x axis
 */
export function scatter(width, points, titles, isLog, limit) {
  const height = Math.max(320, Math.min(520, width * 0.6));
  const [left, right, top, bottom] = [54, 14, 14, 46];
  const scale = isLog ? log : linear;
  const xs = points.map(({ x }) => x);
  const ys = points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]);
  const near = limit !== null && limit < 2 * Math.max(...xs);
  const x = scale(
    around(near ? [...xs, /** @type {number} */ (limit)] : xs, isLog),
    [left, width - right],
    width / 80,
  );
  const y = scale(around(ys, isLog), [height - bottom, top], height / 40);
  const runtimes = points.filter(({ bound }) => !bound);
  const best = front(runtimes);
  const chart = frame(
    width,
    height,
    `${titles.y} against ${titles.x}, ${points.length} points; arrow keys go from point to point, the table below has every value`,
  );

  for (const tick of x.ticks)
    chart.append(
      svg("line", { class: "grid", x1: x(tick), x2: x(tick), y1: top, y2: height - bottom }),
      words(x(tick), height - bottom + 16, brief(tick), "tick", "middle"),
    );
  for (const tick of y.ticks)
    chart.append(
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
      words(left - 6, y(tick) + 4, brief(tick), "tick", "end"),
    );
  chart.append(words((left + width - right) / 2, height - 8, `${titles.x} →`, "axis", "middle"));
  chart.append(
    svg(
      "text",
      {
        class: "axis",
        "text-anchor": "middle",
        transform: `translate(13,${(top + height - bottom) / 2}) rotate(-90)`,
      },
      `${titles.y} →`,
    ),
  );
  if (near && limit !== null)
    chart.append(
      svg("rect", {
        class: "beyond",
        x: x(limit),
        y: top,
        width: Math.max(0, width - right - x(limit)),
        height: height - bottom - top,
      }),
      svg("line", { class: "limit", x1: x(limit), x2: x(limit), y1: top, y2: height - bottom }),
      words(x(limit) - 4, height - bottom - 6, LIMIT, "tick", "end"),
    );

  // The front as steps: nothing lies to the left of and below it.
  if (best.length) {
    const path = best.map(
      (point, place) =>
        `${place ? `H${x(point.x).toFixed(1)}V` : `M${x(point.x).toFixed(1)},${top}V`}${y(point.y).toFixed(1)}`,
    );
    chart.append(svg("path", { class: "front", d: `${path.join("")}H${width - right}` }));
  }

  const stops = [...points]
    .sort((a, b) => a.x - b.x)
    .map((point) => {
      const [px, py] = [x(point.x), y(point.y)];
      const isBest = best.includes(point);
      const said = [
        point.name,
        ...point.lines,
        isBest ? "on the Pareto front" : "",
        point.bound ? "compiled code, a bound for comparison" : "",
      ].filter(Boolean);
      const group = svg("g", {
        class: `point${isBest ? " best" : ""}`,
        role: "img",
        "aria-label": said.join(", "),
      });
      if (point.low !== undefined && point.high !== undefined)
        group.append(
          svg("path", {
            class: "bar",
            d: `M${px - 4},${y(point.low)}h8M${px},${y(point.low)}V${y(point.high)}M${px - 4},${y(point.high)}h8`,
          }),
        );
      group.append(
        svg("circle", { class: "reach", cx: px, cy: py, r: 11 }),
        mark(px, py, point.colour, point.shape),
      );
      tell(group, said);
      return group;
    });
  const said =
    near && limit !== null
      ? [{ x: x(limit) - 4 - widthOf(LIMIT), y: height - bottom - 18, width: widthOf(LIMIT), height: 16 }]
      : [];
  const named =
    points.length > MOST_NAMED ? best : [...best, ...points.filter((point) => !best.includes(point))];
  const names = placed(
    named.map((point) => ({ x: x(point.x), y: y(point.y), text: point.name })),
    [
      ...points.map((point) => ({ x: x(point.x) - 6, y: y(point.y) - 6, width: 12, height: 12 })),
      ...said,
      ...steps(
        best.map((point) => ({ x: x(point.x), y: y(point.y) })),
        top,
        width - right,
      ),
    ],
    { left, right: width - right, top, bottom: height - bottom },
  );
  chart.append(
    svg(
      "g",
      { "aria-hidden": "true" },
      names.map((name) => words(name.x, name.y, name.text, "name")),
    ),
    ...stops,
  );
  rove(chart, stops);
  return chart;
}

/**
 * The front's lines, as boxes that names should not cover.
 * @param {{x: number, y: number}[]} best @param {number} top @param {number} right @returns {import("./squarify.js").Box[]}
 */
function steps(best, top, right) {
  return best.flatMap(({ x, y }, place) => {
    const above = place ? best[place - 1].y : top;
    const next = place + 1 < best.length ? best[place + 1].x : right;
    return [
      { x: x - 1, y: above, width: 2, height: y - above },
      { x, y: y - 1, width: next - x, height: 2 },
    ];
  });
}

/**
 * Names next to their points, if they cover neither a point nor one another; a point without room has no name.
 * @param {{x: number, y: number, text: string}[]} wanted @param {import("./squarify.js").Box[]} taken what names may not cover
 * @param {{left: number, right: number, top: number, bottom: number}} room
 */
function placed(wanted, taken, room) {
  const names = [];
  for (const { x, y, text } of wanted) {
    const width = widthOf(text);
    const places = [
      [9, 4],
      [-9 - width, 4],
      [-width / 2, -10],
      [-width / 2, 18],
      [8, -7],
      [8, 16],
      [-8 - width, -7],
      [-8 - width, 15],
    ];
    for (const [dx, dy] of places) {
      const box = { x: x + dx, y: y + dy - 11, width, height: 14 };
      const inside =
        box.x >= room.left && box.x + width <= room.right && box.y >= room.top && box.y + 14 <= room.bottom;
      if (!inside || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      names.push({ x: box.x, y: box.y + 11, text });
      break;
    }
  }
  return names;
}

/** @param {import("./squarify.js").Box} a @param {import("./squarify.js").Box} b */
function overlap(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
