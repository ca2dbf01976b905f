// @ts-check
/** The Pareto front: what nothing else dominates in both metrics. */

/**
 * @template {{x: number, y: number}} P
 * @param {P[]} points less is better in both @returns {P[]} from left to right
 */
export function front(points) {
  /** @type {P[]} */
  const best = [];
  for (const point of [...points].sort((a, b) => a.x - b.x || a.y - b.y))
    if (!best.length || point.y < best[best.length - 1].y) best.push(point);
  return best;
}
