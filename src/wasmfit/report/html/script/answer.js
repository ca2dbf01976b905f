// @ts-check
/** The ranking: which runtime fits, why, and what the others lack. */
import { el } from "./dom.js";
import { boardOf, data, isBound, labelOf, outdatedBy } from "./data.js";
import { inBytes, percent, times } from "./format.js";
import { filterOf } from "./state.js";
import { folded, table } from "./table.js";

/** @typedef {import("./data.js").Cell} Cell @typedef {import("./data.js").Ranking} Ranking @typedef {import("./data.js").RankingEntry} RankingEntry */

/** The rankings that pass the filters: of one module if just one is chosen. @returns {Ranking[]} */
export function rankingsShown() {
  const [boards, profiles, modules] = ["board", "profile", "workload"].map(filterOf);
  const module = modules && modules.size === 1 ? [...modules][0] : null;
  return data.rankings.filter(
    (ranking) =>
      (!boards || boards.has(ranking.board)) &&
      (!profiles || profiles.has(ranking.profile)) &&
      (ranking.module === module || (ranking.modules.length === 1 && ranking.modules[0] === module)),
  );
}

/** The cell to look at first: of the runtime that fits best, else of any that loads modules. @param {Cell[]} offered */
export function preferred(offered) {
  const best = rankingsShown()[0]?.entries[0];
  return (
    offered.find((cell) => best && cell.runtime === best.runtime && cell.version === best.version) ??
    offered.find((cell) => cell.runtime !== data.baseline && !isBound(cell.runtime)) ??
    offered[0]
  );
}

/** @param {HTMLElement} into */
export function drawAnswer(into) {
  const shown = rankingsShown();
  const several = shown.length > 1;
  const modules = filterOf("workload");
  into.append(...shown.map((ranking, index) => drawn(ranking, several, index > 0)));
  if (!shown.length) into.append(el("p", {}, "Nothing that was measured passes the filters."));
  else if (modules && modules.size > 1)
    into.append(
      el(
        "p",
        { class: "quiet" },
        "This ranking is over all workloads that were measured, not only those chosen; choose one for its own.",
      ),
    );
  for (const note of [...(data.libraries ? [data.libraries] : []), ...data.notes])
    into.append(el("p", { class: "quiet" }, `${note}.`));
  into.append(
    el(
      "p",
      { class: "quiet" },
      `The rule: ${data.rule}`,
    ),
  );
}

/** @param {Ranking} ranking @param {boolean} several @param {boolean} isFolded whether its table is folded */
function drawn(ranking, several, isFolded) {
  const runtimes = filterOf("runtime");
  const entries = ranking.entries.filter((entry) => !runtimes || runtimes.has(labelOf(entry)));
  const first = entries.find((entry) => entry.fits && !entry.bound);
  const [winner] = ranking.entries;
  const board = boardOf(ranking.board);
  const isWhole = !first || first === winner;
  const headline = isWhole ? ranking.headline : `Of those chosen, ${labelOf(first)} comes first.`;
  const ranks = new Map(
    entries.filter((entry) => entry.fits && !entry.bound).map((entry, index) => [entry, index + 1]),
  );
  const where = [
    board?.title ?? ranking.board,
    ranking.profile,
    ranking.module ?? (ranking.modules.length === 1 ? ranking.modules[0] : `${ranking.modules.length} workloads`),
  ].join(" · ");
  const isCut = board && (ranking.flash < board.flash || ranking.ram < board.ram);
  const required = [
    isCut ? `${inBytes(ranking.flash)} of flash, ${inBytes(ranking.ram)} of RAM` : "",
    ranking.features.length ? `features ${ranking.features.join(", ")}` : "",
    Object.values(ranking.weights).every((weight) => weight === 1)
      ? ""
      : `weights ${Object.entries(ranking.weights)
          .map(([name, weight]) => `${name} ${weight}`)
          .join(", ")}`,
  ].filter(Boolean);
  const entryTable = table(
    `Ranking: ${where}`,
    [
      {
        label: "Rank",
        kind: "rank",
        text: (entry) => (ranks.has(entry) ? `${ranks.get(entry)}` : entry.fits ? "–" : "✗"),
        value: (entry) => ranks.get(entry) ?? null,
        number: true,
      },
      {
        label: "Runtime",
        head: true,
        text: (entry) => (isOutdated(ranking, entry) ? `${labelOf(entry)} ${data.outdated}` : labelOf(entry)),
        value: labelOf,
      },
      { label: "Score", number: true, text: score, value: (entry) => entry.score },
      {
        label: "Flash",
        number: true,
        text: (entry) => room(entry.flash, ranking.flash),
        value: (entry) => entry.flash,
      },
      {
        label: "RAM",
        number: true,
        text: (entry) => room(entry.ram, ranking.ram, entry.has_minimum_ram, entry.has_ram_bound),
        value: (entry) => entry.ram,
      },
      {
        label: "Slowdown",
        number: true,
        text: (entry) => times(entry.slowdown),
        value: (entry) => entry.slowdown,
      },
      {
        label: "Compared with the first, or what is missing",
        kind: "words plainly",
        text: (entry) => comparison(entry, entry === first && isWhole),
      },
    ],
    entries,
    { cards: true, mark: (entry) => (entry === first ? "first" : entry.fits ? null : "lacks") },
  );
  return el(
    "article",
    { class: "answer" },
    several ? el("h3", {}, where) : null,
    el("p", { class: "headline" }, headline),
    required.length ? el("p", { class: "quiet" }, `Required: ${required.join("; ")}.`) : null,
    isWhole ? el("p", {}, ranking.why) : null,
    isWhole && ranking.caveats.length
      ? [
          el("p", { class: "sub" }, "How certain this is"),
          el(
            "ul",
            { class: "caveats" },
            ranking.caveats.map((caveat) => el("li", {}, caveat)),
          ),
        ]
      : null,
    isFolded ? folded("Ranking", entryTable) : entryTable,
  );
}

/** Whether a rank rests on an outdated measurement. @param {Ranking} ranking @param {RankingEntry} entry */
function isOutdated(ranking, entry) {
  return data.cells.some(
    (cell) =>
      outdatedBy(cell) &&
      cell.runtime === entry.runtime &&
      cell.version === entry.version &&
      cell.board === ranking.board &&
      cell.base === ranking.base &&
      cell.profile === ranking.profile &&
      ranking.modules.includes(cell.module),
  );
}

/** @param {number | null} required @param {number} available @param {boolean} [isMinimum] whether a search found it
 * @param {boolean} [isBound] whether it may be less: the search ended early */
function room(required, available, isMinimum = true, isBound = false) {
  if (required === null) return "";
  const part = `${percent(required, available)}${isMinimum ? "" : ", sum of peaks"}`;
  return el("span", {}, isBound ? "≤ " : "", inBytes(required), el("small", {}, ` ${part}`));
}

/** The score with its error bar, if it has entry. @param {RankingEntry} entry */
function score(entry) {
  if (entry.score === null) return "";
  const { score_low: low, score_high: high } = entry;
  const hasBar = low !== null && high !== null && low.toFixed(2) !== high.toFixed(2);
  return el(
    "span",
    {},
    entry.score.toFixed(2),
    hasBar ? el("small", {}, ` ${low.toFixed(2)}–${high.toFixed(2)}`) : null,
  );
}

/** @param {RankingEntry} entry @param {boolean} isFirst */
function comparison(entry, isFirst) {
  if (entry.shortfalls.length)
    return el(
      "ul",
      {},
      entry.shortfalls.map(({ reason }) => el("li", {}, reason)),
    );
  if (entry.bound)
    return "fits; compiled into the firmware, it loads no module: a bound for comparison";
  const remarks = [isFirst ? "fits best" : entry.remark];
  const runtimes = filterOf("runtime");
  const others = entry.ties.filter((name) => !runtimes || runtimes.has(name));
  if (others.length) remarks.push(`its rank is inconclusive compared with ${others.join(", ")}`);
  return [...remarks, ...entry.low_margins.map((margin) => `low margin: ${margin}`)].filter(Boolean).join("; ");
}
