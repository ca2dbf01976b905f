// @ts-check
/** The report: its sections, and when they are drawn. */
import { drawAnswer } from "./answer.js";
import { drawBytes } from "./bytes.js";
import { byId, el } from "./dom.js";
import { data } from "./data.js";
import { drawFailures } from "./failures.js";
import { drawFeatures } from "./features.js";
import { FILTER_KEYS, drawFilters, passing } from "./filters.js";
import { drawFlames } from "./flames.js";
import { whole } from "./format.js";
import { drawHistory } from "./history.js";
import { drawMemory } from "./memory.js";
import { drawPhases } from "./phases.js";
import { drawPlot } from "./plot.js";
import { drawProvenance } from "./provenance.js";
import { drawReference } from "./reference.js";
import { drawSpeed } from "./speed.js";
import { get, onChange, set } from "./state.js";

/**
 * @typedef {import("./data.js").Cell} Cell
 * @typedef {{key: string, title: string, keys: string[], draw: (into: HTMLElement, cells: Cell[], width: number) => void | Promise<void>}} Section
 * a section, and the keys of the state, besides filters, that it is drawn from
 */

/** @type {Section[]} */
const SECTIONS = [
  { key: "answer", title: "The answer", keys: [], draw: drawAnswer },
  { key: "plot", title: "Flash and speed", keys: ["x", "y", "axes", "over"], draw: drawPlot },
  { key: "memory", title: "Flash and RAM by owner", keys: ["scale"], draw: drawMemory },
  { key: "bytes", title: "Every byte of an image", keys: ["image", "at"], draw: drawBytes },
  { key: "speed", title: "Slowdown by workload", keys: [], draw: drawSpeed },
  { key: "phases", title: "Stack and heap by phase", keys: [], draw: drawPhases },
  { key: "features", title: "Features", keys: [], draw: drawFeatures },
  { key: "reference", title: "Published and measured", keys: [], draw: drawReference },
  { key: "flames", title: "Where instructions are spent", keys: ["flame", "in"], draw: drawFlames },
  {
    key: "history",
    title: "History",
    keys: [],
    draw: (into, cells) => drawHistory(into, new Set(cells.map(({ id }) => id))),
  },
  { key: "failures", title: "What did not run", keys: [], draw: drawFailures },
  { key: "provenance", title: "Provenance", keys: [], draw: drawProvenance },
];

/** Sections to be drawn again when they come into view. @type {Set<string>} */
const stale = new Set(SECTIONS.map(({ key }) => key));
/** @type {Set<string>} */
const near = new Set();
let cells = passing();
let asked = false;
let width = 0;
/** The newest drawing of each section, since some take their time. @type {Map<string, object>} */
const newest = new Map();

const watch = new IntersectionObserver(
  (seen) => {
    for (const { target, isIntersecting } of seen) {
      const key = target.id.slice(2);
      if (isIntersecting) near.add(key);
      else near.delete(key);
    }
    refresh();
  },
  { rootMargin: "200px" },
);

function refresh() {
  for (const section of SECTIONS) if (stale.has(section.key) && near.has(section.key)) draw(section);
  if (!asked && stale.size) {
    asked = true;
    later(restful);
  }
}

/** Draws one of the sections that are out of view, then lets the browser breathe. @param {IdleDeadline} [deadline] */
function restful(deadline) {
  asked = false;
  const next = SECTIONS.find(({ key }) => stale.has(key));
  if (next && (!deadline || deadline.timeRemaining() > 5 || deadline.didTimeout)) draw(next);
  if (stale.size) {
    asked = true;
    later(restful);
  }
}

/** @param {(deadline?: IdleDeadline) => void} task */
function later(task) {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(task, { timeout: 2000 });
  else setTimeout(task, 50);
}

/** @param {Section} section */
function draw(section) {
  stale.delete(section.key);
  const into = byId(`b-${section.key}`);
  // Drawn outside the page and inserted at once, at its final width.
  const made = el("div", { class: "body" });
  const token = {};
  newest.set(section.key, token);
  // Asked once, since asking makes the browser lay out what was just drawn.
  width ||= Math.floor(into.clientWidth) || 320;
  const put = () => {
    if (newest.get(section.key) !== token) return;
    keepFocus(into, () => into.replaceChildren(...made.childNodes));
    into.dataset.drawn = "yes";
    newest.delete(section.key);
    tellDrawn();
    if (get("focus") === section.key) {
      into.querySelector("svg [tabindex='0']")?.dispatchEvent(new Event("wasmfit:focus"));
      /** @type {SVGElement | null} */ (into.querySelector("svg [tabindex='0']"))?.focus({
        preventScroll: true,
      });
      set({ focus: null });
    }
  };
  const done = section.draw(made, cells, width);
  if (done instanceof Promise) done.then(put);
  else put();
}

/** Folded tables stay open, and the focus stays where it was. @param {HTMLElement} into @param {() => void} change */
function keepFocus(into, change) {
  const open = openIn(into)
    .filter(([, one]) => one.open)
    .map(([name]) => name);
  const active = document.activeElement;
  const held =
    active && into.contains(active)
      ? [...into.querySelectorAll("select, input, button")].indexOf(active)
      : -1;
  change();
  for (const [name, one] of openIn(into)) if (open.includes(name)) one.open = true;
  if (held >= 0)
    /** @type {HTMLElement | undefined} */ ([...into.querySelectorAll("select, input, button")][held])?.focus(
      { preventScroll: true },
    );
}

/** Folded tables, each with a unique name. @param {HTMLElement} into @returns {[string, HTMLDetailsElement][]} */
function openIn(into) {
  const all = /** @type {HTMLDetailsElement[]} */ ([...into.querySelectorAll("details.data")]);
  const names = all.map((one) => one.querySelector("summary")?.textContent ?? "");
  return all.map((one, place) => [
    `${names[place]} ${names.slice(0, place).filter((name) => name === names[place]).length}`,
    one,
  ]);
}

/** Whether there is anything left to draw: for tests, and for who saves the page. */
function tellDrawn() {
  document.body.dataset.state = stale.size + newest.size ? "drawing" : "drawn";
}

function tellShown() {
  const all = data.cells.length;
  byId("shown").textContent =
    cells.length === all ? `${whole(all)} cells` : `${whole(cells.length)} of ${whole(all)} cells`;
}

/** @param {string} key */
function goTo(key) {
  // What lies above must have its height, or the place moves away.
  for (const section of SECTIONS.slice(0, SECTIONS.findIndex((one) => one.key === key) + 1))
    if (stale.has(section.key)) draw(section);
  const title = document.getElementById(`h-${key}`);
  title?.scrollIntoView({
    block: "start",
    behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
  });
  title?.focus({ preventScroll: true });
}

onChange((changed) => {
  if (changed.some((key) => FILTER_KEYS.includes(key))) {
    cells = passing();
    for (const { key } of SECTIONS) stale.add(key);
    drawFilters();
    tellShown();
  }
  for (const { key, keys } of SECTIONS) if (keys.some((one) => changed.includes(one))) stale.add(key);
  tellDrawn();
  refresh();
  if (changed.includes("s") && get("s")) goTo(get("s"));
});

function start() {
  const boards = data.boards
    .map(({ title, chip }) => (title.includes(chip) ? title : `${title} (${chip})`))
    .join(", ");
  byId("about").textContent = `${boards} · measured with wasmfit ${data.wasmfit} · ${data.made.slice(0, 10)}`;
  byId("foot").textContent =
    "Values without a qualifier were measured on the image whose bytes are counted. Predictions are labelled as such and have an error bar; published values have their source.";
  byId("contents").append(
    el(
      "ul",
      {},
      SECTIONS.map(({ key, title }) => el("li", {}, el("a", { href: `#s=${key}`, "data-to": key }, title))),
    ),
  );
  byId("main").replaceChildren(
    ...SECTIONS.map(({ key, title }) =>
      el(
        "section",
        { id: `s-${key}`, "aria-labelledby": `h-${key}` },
        el("h2", { id: `h-${key}`, tabindex: "-1" }, title),
        el("div", { id: `b-${key}`, class: "body" }),
      ),
    ),
  );
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-to]") : null;
    if (!link) return;
    event.preventDefault();
    goTo(link.getAttribute("data-to") ?? "");
  });
  drawFilters();
  tellShown();
  for (const { key } of SECTIONS) watch.observe(byId(`s-${key}`));
  if (get("s")) goTo(get("s"));
}

let widthBefore = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === widthBefore) return;
  widthBefore = innerWidth;
  width = 0;
  for (const { key } of SECTIONS) stale.add(key);
  refresh();
});
addEventListener("beforeprint", () => {
  for (const section of SECTIONS) if (stale.has(section.key)) draw(section);
  for (const whole of document.querySelectorAll(".table")) whole.dispatchEvent(new Event("wasmfit:all"));
});

start();
