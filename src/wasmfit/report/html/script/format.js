// @ts-check
/** Numbers as text: separated thousands, units, and significant digits only. */

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** @param {number | null | undefined} value */
export function whole(value) {
  return value === null || value === undefined ? "" : WHOLE.format(value);
}

/** @param {number | null | undefined} value */
export function inBytes(value) {
  return value === null || value === undefined ? "" : `${whole(value)} B`;
}

/** A factor: three digits. @param {number | null | undefined} value */
export function times(value) {
  if (value === null || value === undefined) return "";
  return `${digits(value)}×`;
}

/** @param {number} value */
function digits(value) {
  return value >= 100 ? whole(value) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** @param {number} part @param {number} of */
export function percent(part, of) {
  return of ? `${((100 * part) / of).toFixed(1)}%` : "";
}

/** A time, with three digits. @param {number | null | undefined} seconds */
export function time(seconds) {
  return scaled(seconds, "s");
}

/**
 * An amount with three digits, in millionths or thousandths of its unit.
 * @param {number | null | undefined} amount @param {string} unit
 */
export function scaled(amount, unit) {
  if (amount === null || amount === undefined) return "";
  for (const [prefix, scale] of /** @type {[string, number][]} */ ([
    ["µ", 1e-6],
    ["m", 1e-3],
  ]))
    if (amount < 999.5 * scale) return `${Number((amount / scale).toPrecision(3))} ${prefix}${unit}`;
  return `${Number(amount.toPrecision(3))} ${unit}`;
}

/** For axes: 20,000 as 20 k. @param {number} value */
export function brief(value) {
  for (const [unit, scale] of /** @type {[string, number][]} */ ([
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ]))
    if (Math.abs(value) >= scale) return `${Number((value / scale).toPrecision(3))} ${unit}`;
  return String(Number(value.toPrecision(3)));
}
