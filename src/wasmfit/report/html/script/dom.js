// @ts-check
/** Elements. Whatever text they are given stays text: nothing in this report makes markup of a string. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {Record<string, string | number | boolean | null | undefined | EventListener>} Attributes
 * @typedef {Node | string | number | null | undefined | false} Child
 */

/**
 * An HTML element. Attributes that are null or false are left out; `onclick` and the like take functions.
 * @param {string} name @param {Attributes} [attributes] @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function el(name, attributes = {}, ...children) {
  return /** @type {HTMLElement} */ (filled(document.createElement(name), attributes, children));
}

/**
 * An SVG element.
 * @param {string} name @param {Attributes} [attributes] @param {...(Child | Child[])} children
 * @returns {SVGElement}
 */
export function svg(name, attributes = {}, ...children) {
  return /** @type {SVGElement} */ (filled(document.createElementNS(SVG, name), attributes, children));
}

/** @param {Element} element @param {Attributes} attributes @param {(Child | Child[])[]} children */
function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat())
    if (child !== null && child !== undefined && child !== false)
      element.append(child instanceof Node ? child : String(child));
  return element;
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`there is no element ${id}`);
  return found;
}

/**
 * A choice of one of several.
 * @param {string} label @param {{value: string, text: string}[]} options @param {string} chosen
 * @param {(value: string) => void} change
 */
export function choice(label, options, chosen, change) {
  const select = el("select", {
    onchange: (event) => change(/** @type {HTMLSelectElement} */ (event.target).value),
  });
  for (const { value, text } of options)
    select.append(el("option", { value, selected: value === chosen }, text));
  return el("label", { class: "choice" }, label, " ", select);
}

/** @param {string} label @param {boolean} checked @param {(checked: boolean) => void} change */
export function check(label, checked, change) {
  const box = el("input", {
    type: "checkbox",
    checked,
    onchange: (event) => change(/** @type {HTMLInputElement} */ (event.target).checked),
  });
  return el("label", { class: "check" }, box, " ", label);
}
