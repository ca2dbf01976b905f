// @ts-check
/** Scales of axes: numbers to places, with ticks at round numbers. */

/** @typedef {((value: number) => number) & {ticks: number[]}} Scale */

/**
 * @param {[number, number]} domain @param {[number, number]} range @param {number} count ticks wanted, at most
 * @returns {Scale}
 */
export function linear([low, high], [from, to], count) {
  const width = high - low || 1;
  const at = /** @param {number} value */ (value) => from + ((value - low) / width) * (to - from);
  const step = roundUp(width / Math.max(1, count));
  const ticks = [];
  for (let number = Math.ceil(low / step - 1e-9); number * step <= high * (1 + 1e-9); number++)
    ticks.push(Number((number * step).toPrecision(12)));
  return Object.assign(at, { ticks });
}

/**
 * A logarithmic scale; the domain lies above 0.
 * @param {[number, number]} domain @param {[number, number]} range @param {number} count ticks wanted, at most
 * @returns {Scale}
 */
export function log([low, high], [from, to], count) {
  const width = Math.log(high / low) || 1;
  const at = /** @param {number} value */ (value) => from + (Math.log(value / low) / width) * (to - from);
  for (const digits of [[1, 2, 3, 5], [1, 2, 5], [1, 3], [1]]) {
    const ticks = decades(low, high, digits);
    if (ticks.length <= count || digits.length === 1) {
      // Less than a decade or so: round numbers at equal steps say more.
      if (ticks.length < 3) return Object.assign(at, { ticks: linear([low, high], [from, to], count).ticks });
      const every = Math.ceil(ticks.length / Math.max(1, count));
      return Object.assign(at, { ticks: ticks.filter((_, place) => place % every === 0) });
    }
  }
  return Object.assign(at, { ticks: [] });
}

/** @param {number} low @param {number} high @param {number[]} digits */
function decades(low, high, digits) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const digit of digits) {
      const tick = Number(`${digit}e${power}`);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
    }
  return ticks;
}

/** The next of 1, 2, 5, 10, 20 … @param {number} value */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = [1, 2, 5, 10].find((one) => one * power >= value * (1 - 1e-9)) || 10;
  return digit * power;
}

/** A domain around values with a margin, for a scale of that kind. @param {number[]} values @param {boolean} isLog */
export function around(values, isLog) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  /** @type {[number, number]} */
  const domain = isLog ? [low / 1.35, high * 1.35] : [0, high * 1.08 || 1];
  return domain;
}
