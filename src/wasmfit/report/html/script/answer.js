// @ts-check
/** The answer: which runtime fits, why, and what it would take for the others. */
import { el } from "./dom.js";
import { boardOf, data, isBound, labelOf } from "./data.js";
import { inBytes, percent, times } from "./format.js";
import { filterOf } from "./state.js";
import { behind, table } from "./table.js";

/** @typedef {import("./data.js").Cell} Cell @typedef {import("./data.js").Answer} Answer @typedef {import("./data.js").Standing} Standing */

/** The answers that the filters leave: of one module if just one is chosen. @returns {Answer[]} */
export function answersShown() {
  const [boards, profiles, modules] = ["board", "profile", "workload"].map(filterOf);
  const module = modules && modules.size === 1 ? [...modules][0] : null;
  return data.answers.filter(
    (one) =>
      (!boards || boards.has(one.board)) &&
      (!profiles || profiles.has(one.profile)) &&
      (one.module === module || (one.modules.length === 1 && one.modules[0] === module)),
  );
}

/** The cell to look at first: of the runtime that fits best, else of any that loads modules. @param {Cell[]} offered */
export function preferred(offered) {
  const best = answersShown()[0]?.standings[0];
  return (
    offered.find((cell) => best && cell.runtime === best.runtime && cell.version === best.version) ??
    offered.find((cell) => cell.runtime !== data.baseline && !isBound(cell.runtime)) ??
    offered[0]
  );
}

/** @param {HTMLElement} into */
export function drawAnswer(into) {
  const shown = answersShown();
  const several = shown.length > 1;
  const modules = filterOf("workload");
  into.append(...shown.map((one, place) => drawn(one, several, place > 0)));
  if (!shown.length) into.append(el("p", {}, "Nothing that was measured passes the filters."));
  else if (modules && modules.size > 1)
    into.append(
      el(
        "p",
        { class: "quiet" },
        "This answer is over all workloads that were measured, not only those chosen; choose one to have its own.",
      ),
    );
  if (data.libraries) into.append(el("p", { class: "quiet" }, `${data.libraries}.`));
  into.append(
    el(
      "p",
      { class: "quiet" },
      `The rule: ${data.rule}`,
    ),
  );
}

/** @param {Answer} answer @param {boolean} several @param {boolean} isBehind whether its table is behind a word */
function drawn(answer, several, isBehind) {
  const runtimes = filterOf("runtime");
  const standings = answer.standings.filter((one) => !runtimes || runtimes.has(labelOf(one)));
  const first = standings.find((one) => one.fits && !one.bound);
  const [winner] = answer.standings;
  const board = boardOf(answer.board);
  const isWhole = !first || first === winner;
  const headline = isWhole ? answer.headline : `Of those chosen, ${labelOf(first)} comes first.`;
  const ranks = new Map(
    standings.filter((one) => one.fits && !one.bound).map((one, place) => [one, place + 1]),
  );
  const where = [
    board?.title ?? answer.board,
    answer.profile,
    answer.module ?? (answer.modules.length === 1 ? answer.modules[0] : `${answer.modules.length} workloads`),
  ].join(" · ");
  const isCut = board && (answer.flash < board.flash || answer.ram < board.ram);
  const asked = [
    isCut ? `${inBytes(answer.flash)} of flash, ${inBytes(answer.ram)} of RAM` : "",
    answer.needs.length ? `needs ${answer.needs.join(", ")}` : "",
    Object.values(answer.weights).every((weight) => weight === 1)
      ? ""
      : `weights ${Object.entries(answer.weights)
          .map(([name, weight]) => `${name} ${weight}`)
          .join(", ")}`,
  ].filter(Boolean);
  const standing = table(
    `How every runtime stands: ${where}`,
    [
      {
        label: "Rank",
        kind: "rank",
        text: (one) => (ranks.has(one) ? `${ranks.get(one)}` : one.fits ? "–" : "✗"),
        value: (one) => ranks.get(one) ?? null,
        number: true,
      },
      { label: "Runtime", head: true, text: labelOf, value: labelOf },
      { label: "Score", number: true, text: score, value: (one) => one.score },
      {
        label: "Flash",
        number: true,
        text: (one) => room(one.flash, answer.flash),
        value: (one) => one.flash,
      },
      {
        label: "RAM",
        number: true,
        text: (one) => room(one.ram, answer.ram, one.ram_searched),
        value: (one) => one.ram,
      },
      {
        label: "Slow-down",
        number: true,
        text: (one) => times(one.slow_down),
        value: (one) => one.slow_down,
      },
      {
        label: "Against the first, or what is lacking",
        kind: "words plainly",
        text: (one) => apart(one, one === first && isWhole),
      },
    ],
    standings,
    { cards: true, mark: (one) => (one === first ? "first" : one.fits ? null : "lacks") },
  );
  return el(
    "article",
    { class: "answer" },
    several ? el("h3", {}, where) : null,
    el("p", { class: "headline" }, headline),
    asked.length ? el("p", { class: "quiet" }, `Asked for: ${asked.join("; ")}.`) : null,
    isWhole ? el("p", {}, answer.why) : null,
    isWhole && answer.doubts.length
      ? [
          el("p", { class: "sub" }, "How sure this is"),
          el(
            "ul",
            { class: "doubts" },
            answer.doubts.map((doubt) => el("li", {}, doubt)),
          ),
        ]
      : null,
    isBehind ? behind("How every runtime stands", standing) : standing,
  );
}

/** @param {number | null} need @param {number} have @param {boolean} [isLeast] whether less will surely not do */
function room(need, have, isLeast = true) {
  if (need === null) return "";
  const part = `${percent(need, have)}${isLeast ? "" : ", peaks added"}`;
  return el("span", {}, inBytes(need), el("small", {}, ` ${part}`));
}

/** The score with its error bar, where it has one. @param {Standing} one */
function score(one) {
  if (one.score === null) return "";
  const { score_low: low, score_high: high } = one;
  const hasBar = low !== null && high !== null && low.toFixed(2) !== high.toFixed(2);
  return el(
    "span",
    {},
    one.score.toFixed(2),
    hasBar ? el("small", {}, ` ${low.toFixed(2)}–${high.toFixed(2)}`) : null,
  );
}

/** @param {Standing} one @param {boolean} isFirst */
function apart(one, isFirst) {
  if (one.shortfalls.length)
    return el(
      "ul",
      {},
      one.shortfalls.map(({ reason }) => el("li", {}, reason)),
    );
  if (one.bound)
    return "fits; compiled into the firmware, it loads no module: a bound to read the others against";
  const said = [isFirst ? "fits best" : one.remark];
  const runtimes = filterOf("runtime");
  const others = one.unsure_against.filter((name) => !runtimes || runtimes.has(name));
  if (others.length) said.push(`its place is unsure against ${others.join(", ")}`);
  return [...said, ...one.tight.map((words) => `tight: ${words}`)].filter(Boolean).join("; ");
}
