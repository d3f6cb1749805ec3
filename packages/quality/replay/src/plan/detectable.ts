import { signTest } from '../statistics/worse-kinds.ts';

/** Share of experiments in which the kind must be named, and the share of false alarms of all kinds together. */
const POWER = 0.8;
const ALARMS = 0.1;
const STEP = 0.005;

/**
 * Returns the smallest share of worse answers at which a kind with this number of conversations is named as worse in four of five
 * experiments, if no answer is better. Returns `undefined` if even a complete loss is not named.
 */
export function detectableShare(conversations: number, kinds: number): number | undefined {
  const least = leastLosses(conversations, ALARMS / kinds);
  if (least === undefined) return undefined;
  for (let share = STEP; share < 1; share += STEP)
    if (probabilityOfAtLeast(least, conversations, share) >= POWER) return Math.round(share * 1000) / 1000;
  return 1;
}

/** Returns the least number of losses, without any gain, that is significant. */
function leastLosses(conversations: number, level: number): number | undefined {
  for (let losses = 1; losses <= conversations; losses++)
    if (signTest(losses, losses) <= level) return losses;
  return undefined;
}

/** Returns the probability of at least this number of successes in `total` attempts. */
function probabilityOfAtLeast(least: number, total: number, share: number): number {
  let logarithm = total * Math.log1p(-share);
  let below = 0;
  for (let successes = 0; successes < least; successes++) {
    below += Math.exp(logarithm);
    logarithm += Math.log(((total - successes) / (successes + 1)) * (share / (1 - share)));
  }
  return 1 - below;
}
