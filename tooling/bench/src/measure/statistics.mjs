/** Returns the median of the values; NaN if there are none. */
export const median = (values) => quantile(values, 0.5);

/** Returns a quantile with linear interpolation; NaN if there are no values. `share`: 0 to 1. */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? NaN;
  const above = sorted[Math.ceil(at)] ?? NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** Returns the median of the ratios per round; NaN if one of the two subjects was not measured. */
export const medianRatio = (values = [], others = []) =>
  paired(values, others, (value, other) => value / other);

/** Returns the median of the differences per round; NaN if one of the two subjects was not measured. */
export const medianExcess = (values = [], others = []) =>
  paired(values, others, (value, other) => value - other);

const paired = (values, others, of) =>
  others.length === 0 ? NaN : median(values.map((value, round) => of(value, others[round])));

/** Returns the items in a random order. */
export function shuffled(items, random) {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
