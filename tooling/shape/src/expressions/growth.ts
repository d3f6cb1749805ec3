import { attacksOn, type Attack } from './attacks.ts';
import { Matcher } from './matcher.ts';

/** Expression that takes at least four times as long for a text of twice the length. */
export interface Superlinear extends Attack {
  /** Numbers of steps for texts of `SHORT` and of `LONG` characters. */
  readonly steps: readonly [short: number, long: number];
}

const SHORT = 200;
const LONG = 2 * SHORT;
/** Number of steps above which an expression is checked with a longer text. Linear expressions need fewer. */
const FEW_STEPS = 12 * SHORT;
/** Number of steps for a short text. No linear expression needs so many steps. */
const MOST_STEPS = 1000 * SHORT;
/** Maximum growth for twice the length: linear expressions have a factor of two, quadratic expressions of four. */
const MOST_GROWTH = 3;

/** Returns the slowest attack; `undefined` if no attack makes the expression slow. */
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
