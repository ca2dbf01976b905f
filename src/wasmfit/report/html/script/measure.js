// @ts-check
/** How wide text is, for names that must not run into one another. */

const pen = document.createElement("canvas").getContext("2d");
if (pen) pen.font = `500 12px ${getComputedStyle(document.body).fontFamily}`;

/** In pixels, as charts write names. @param {string} text */
export function widthOf(text) {
  return pen ? pen.measureText(text).width : text.length * 7;
}

/** A symbol's name without the paths in it, where the whole does not fit: `<Op as Encode>::encode`. @param {string} name @param {number} width */
export function fitting(name, width) {
  return clipped(widthOf(name) <= width ? name : name.replace(/(?:[\w$]+::)+(?=[\w<{$])/g, ""), width);
}

/** As much of a text as fits a width; nothing where that would be less than two letters. @param {string} text @param {number} width */
export function clipped(text, width) {
  if (widthOf(text) <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (widthOf(`${text.slice(0, middle)}…`) <= width) low = middle;
    else high = middle - 1;
  }
  return low < 2 ? "" : `${text.slice(0, low)}…`;
}

/** The room that names of rows take to the left of a chart. @param {string[]} names @param {number} width */
export function nameRoom(names, width) {
  return Math.ceil(Math.min(0.36 * width, Math.max(120, ...names.map(widthOf)) + 14));
}
