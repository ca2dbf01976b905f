// @ts-check
/** One stop of the Tab key for a whole chart; arrow keys go on from there. */

/**
 * @param {Element} chart @param {(SVGElement | HTMLElement)[]} stops in their order
 * @param {{open?: (place: number) => void, back?: () => void}} [keys] what Enter and Escape do
 */
export function rove(chart, stops, { open, back } = {}) {
  stops.forEach((stop, place) => stop.setAttribute("tabindex", place ? "-1" : "0"));
  chart.addEventListener("keydown", (pressed) => {
    const event = /** @type {KeyboardEvent} */ (pressed);
    const here = stops.findIndex((stop) => stop === document.activeElement);
    if (here < 0) return;
    const next = {
      ArrowRight: here + 1,
      ArrowDown: here + 1,
      ArrowLeft: here - 1,
      ArrowUp: here - 1,
      Home: 0,
      End: stops.length - 1,
    }[event.key];
    if (next !== undefined) {
      const to = Math.max(0, Math.min(stops.length - 1, next));
      stops[here].setAttribute("tabindex", "-1");
      stops[to].setAttribute("tabindex", "0");
      stops[to].focus();
    } else if ((event.key === "Enter" || event.key === " ") && open) open(here);
    else if ((event.key === "Escape" || event.key === "Backspace") && back) back();
    else return;
    event.preventDefault();
  });
}
