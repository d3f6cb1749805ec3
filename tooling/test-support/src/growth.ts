const FEW = 2000;
const MANY = 8000;
const MEASUREMENTS = 5;

/**
 * Returns how many times longer work takes with 8,000 than with 2,000 items: 4 to 6 in linear time, and 16 in quadratic time.
 * Compares the best of five CPU times, so that other work on the machine does not count.
 *
 * @param prepare creates the input for a number of items, and returns the work
 */
export function growthOf(prepare: (items: number) => () => void): number {
  const few = prepare(FEW);
  const many = prepare(MANY);
  let bestOfFew = Infinity;
  let bestOfMany = Infinity;
  for (let measurement = 0; measurement < MEASUREMENTS; measurement++) {
    bestOfFew = Math.min(bestOfFew, cpuTimeOf(few));
    bestOfMany = Math.min(bestOfMany, cpuTimeOf(many));
  }
  return bestOfMany / bestOfFew;
}

/** Returns the CPU time of this process in microseconds. */
function cpuTimeOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
