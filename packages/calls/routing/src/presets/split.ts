import { checked, hash128, isRecord, object, text } from '@majordomo/core/toolkit';
import type { Preset, Split, SplitOptions, Turn } from '../contract.ts';
import { configError, single, weight } from './check-preset.ts';

const saltOptions = object({}, { salt: text });

/** Number of hexadecimal digits of a hash, and number of different hashes. */
const HASH_DIGITS = 13;
const HASHES = 2 ** 52;

/**
 * Returns a preset that divides calls among names or targets by a stable key. Equal keys use the same arm in every process. If the
 * weights change, a key only moves to an arm whose weight rose in relation to its present arm. Call logs and evaluations contain the
 * arm of each call. Throws `config` for invalid arms.
 *
 * @param arms weights by name or target, such as `{ stable: 95, canary: 5 }`. Only their ratios matter. An arm with the weight 0 gets no
 * calls. The first other arm is used if no key is known
 * @param by returns the key of a call, such as the id of the user or conversation. No key is known if it returns `undefined`
 * or `''`, or throws
 * @example createRouter({ presets: { fast: split({ stable: 95, canary: 5 }, ({ call }) => call?.tenant), stable, canary } })
 */
export function split(
  arms: { readonly [arm: string]: number },
  by: (turn: Turn) => string | undefined,
  options: SplitOptions = {},
): Split {
  checkArms(arms);
  if (typeof by !== 'function')
    throw configError('split', 'by must be a function that returns the key of a call');
  const { salt = '' } = checked(saltOptions, options, 'split', configError);
  const weights = ratiosOf(arms);
  const [[first] = ['']] = weights;
  const armOf = (key: string): string => armOfKey(key, weights, salt);
  const choose = (turn: Turn): string => {
    const key = keyOf(by, turn);
    return key === undefined ? first : armOf(key);
  };
  return Object.assign(choose, { arms: { ...arms }, armOf });
}

export const isSplit = (preset: Preset): preset is Split => typeof preset === 'function' && 'armOf' in preset;

/** Returns the arms with a weight above 0, relative to the largest weight, so that scores neither overflow nor become 0. */
function ratiosOf(arms: Split['arms']): readonly (readonly [arm: string, ratio: number])[] {
  const largest = Math.max(...Object.values(arms));
  return Object.entries(arms)
    .filter(([, weight]) => weight > 0)
    .map(([arm, weight]) => [arm, weight / largest]);
}

/** Returns the key of a turn; `undefined` if it is not known. */
function keyOf(by: (turn: Turn) => unknown, turn: Turn): string | undefined {
  let key: unknown;
  try {
    key = by(turn);
  } catch {
    return undefined;
  }
  if (key === undefined || key === null || key === '') return undefined;
  if (typeof key === 'string') return key;
  throw configError('split', `by must return a string or undefined, not a value of type ${typeof key}`);
}

/**
 * Returns the arm with the highest score (weighted rendezvous hashing). The scores of the other arms do not change with a weight, so only
 * keys move whose order changes.
 */
function armOfKey(
  key: string,
  weights: readonly (readonly [arm: string, weight: number])[],
  salt: string,
): string {
  let [best, highest] = ['', -Infinity];
  for (const [arm, weight] of weights) {
    const hash = Number.parseInt(hash128(JSON.stringify([salt, arm, key])).slice(0, HASH_DIGITS), 16);
    // 0.5 is added, so that the logarithm is neither infinite nor 0.
    const score = -weight / Math.log((hash + 0.5) / HASHES);
    if (score > highest) [best, highest] = [arm, score];
  }
  return best;
}

function checkArms(arms: unknown): void {
  if (!isRecord(arms))
    throw configError('split', 'arms must be an object of weights, such as { stable: 95, canary: 5 }');
  const weights = Object.entries(arms);
  for (const [arm, share] of weights) {
    checked(single, arm, `split.${arm}`, configError);
    checked(weight, share, `split.${arm}`, configError);
  }
  if (weights.every(([, share]) => share === 0))
    throw configError('split', 'at least one arm must have a weight above 0');
}
