// @ts-check
/** Squarified treemaps (Bruls, Huizing and van Wijk, 2000): areas as values, rectangles as square as may be. */

/** @typedef {{x: number, y: number, width: number, height: number}} Box */

/**
 * A box for every value, which must come largest first and be above 0; together they fill the box.
 * @param {number[]} values @param {Box} box @returns {Box[]}
 */
export function squarify(values, box) {
  /** @type {Box[]} */
  const boxes = [];
  let { x, y, width, height } = box;
  let left = values.reduce((sum, value) => sum + value, 0);
  for (let first = 0; first < values.length;) {
    const side = Math.min(width, height);
    const scale = (width * height) / left;
    let last = first;
    let sum = 0;
    let worst = Infinity;
    while (last < values.length) {
      const next = ratio(values[first], values[last], sum + values[last], side, scale);
      if (next > worst) break;
      worst = next;
      sum += values[last++];
    }
    // A row along the shorter side.
    const depth = side > 0 ? (sum * scale) / side : 0;
    let along = 0;
    for (const value of values.slice(first, last)) {
      const length = sum > 0 ? (side * value) / sum : 0;
      boxes.push(
        width >= height
          ? { x, y: y + along, width: depth, height: length }
          : { x: x + along, y, width: length, height: depth },
      );
      along += length;
    }
    if (width >= height) {
      x += depth;
      width = Math.max(0, width - depth);
    } else {
      y += depth;
      height = Math.max(0, height - depth);
    }
    left -= sum;
    first = last;
  }
  return boxes;
}

/**
 * The longest side over the shortest of the worst box in a row with these values.
 * @param {number} most @param {number} least @param {number} sum @param {number} side @param {number} scale
 */
function ratio(most, least, sum, side, scale) {
  const area = sum * scale;
  const depth = area / side;
  /** @param {number} value */
  const one = (value) => {
    const length = (value * scale) / depth;
    return Math.max(length / depth, depth / length);
  };
  return Math.max(one(most), one(least));
}
