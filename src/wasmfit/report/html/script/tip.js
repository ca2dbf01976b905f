// @ts-check
/** What is said of the thing that the pointer or the focus is on. */
import { byId, el } from "./dom.js";

/**
 * Tells of an element when it is pointed at or focused.
 * @param {Element} element @param {string[]} lines
 */
export function tell(element, lines) {
  const show = () => shown(element, lines);
  element.addEventListener("pointerenter", show);
  element.addEventListener("focus", show);
  element.addEventListener("pointerleave", hide);
  element.addEventListener("blur", hide);
}

/** @param {Element} element @param {string[]} lines */
export function shown(element, lines) {
  const tip = byId("tip");
  tip.replaceChildren(...lines.map((line, number) => el(number ? "div" : "b", {}, line)));
  tip.hidden = false;
  const at = element.getBoundingClientRect();
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
  const left = Math.max(8, Math.min(room, at.left + at.width / 2 - tip.offsetWidth / 2));
  const above = at.top - tip.offsetHeight - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 8 ? above : Math.min(at.bottom + 8, innerHeight - tip.offsetHeight - 8)}px`;
}

export function hide() {
  byId("tip").hidden = true;
}
addEventListener("scroll", hide, { passive: true });
