import { attacksOn, type Attack } from './attacks.ts';
import { Matcher } from './matcher.ts';

/** An expression that takes four times as long, or more, for a text of twice the length. */
export interface Superlinear extends Attack {
  /** Steps for texts of `SHORT` and of `LONG` characters. */
  readonly steps: readonly [short: number, long: number];
}

const SHORT = 200;
const LONG = 2 * SHORT;
/** Linear expressions stay below, so that only others are looked at twice. */
const FEW_STEPS = 12 * SHORT;
/** No linear expression takes as many for a short text. */
const MOST_STEPS = 1000 * SHORT;
/** Twice for twice the length; quadratic ones come near four. */
const MOST_GROWTH = 3;

/** The worst that was found; `undefined`: no attack makes it slow. */
export function superlinear(literal: string, isGlobal: boolean): Superlinear | undefined {
  const matcher = new Matcher(literal);
  let worst: Superlinear | undefined;
  for (const attack of attacksOn(matcher.literal)) {
    const short = matcher.steps(textOf(attack, SHORT), isGlobal, MOST_STEPS);
    if (short < FEW_STEPS) continue;
    const long = matcher.steps(textOf(attack, LONG), isGlobal, MOST_GROWTH * MOST_STEPS);
    const isSlow = short >= MOST_STEPS || long / short > MOST_GROWTH;
    if (isSlow && long > (worst?.steps[1] ?? 0)) worst = { ...attack, steps: [short, long] };
    if (worst !== undefined && long >= MOST_STEPS) break;
  }
  return worst;
}

const textOf = ({ head, pump, tail }: Attack, length: number): string =>
  head + pump.repeat(Math.ceil(length / pump.length)) + tail;
