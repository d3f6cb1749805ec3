import type { Timeouts } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';

/**
 * What an option may be: a number of at least so much, one of some words, of a type, perhaps with a method, members of their
 * own kinds, or anything (`true`). `false`: it is none here, but a name that a group of these options has elsewhere.
 */
export type Kind =
  boolean | number | readonly string[] | Type | `${Type} or ${Type}` | `object with ${string}` | Kinds;
type Type = 'array' | 'boolean' | 'function' | 'number' | 'object' | 'string';

/** The kind of each option, by name. */
export interface Kinds {
  readonly [name: string]: Kind;
}

/** A kind for every option, so that none is forgotten. */
export type KindsOf<Options> = { readonly [Name in keyof Required<Options>]: Kind };

/** Of a call, of a target and of a provider. */
export const TIMEOUT_KINDS: KindsOf<Timeouts> = {
  connectMs: 0,
  firstContentMs: 0,
  idleMs: 0,
  completeMs: 0,
  totalMs: 0,
  unreadMs: 0,
};

/**
 * Throws `config` with the place for options of the wrong kind, and for one whose name is nearly another's: it was mistyped.
 * Those of any other name belong to somebody else. `of`: whose options, and a colon.
 */
export function checkKinds(options: object, kinds: Kinds, prefix = '', of = ''): void {
  for (const name in options) {
    const meant = Object.hasOwn(kinds, name) ? '' : didYouMean(name, Object.keys(kinds));
    if (meant !== '') throw config(prefix + name, `is not an option${meant}`, of);
  }
  for (const name in kinds) checkKind(Reflect.get(options, name), kinds[name], prefix + name, of);
}

/** The same for one value. What was given is not repeated: it may be a secret. */
export function checkKind(value: unknown, kind: Kind | undefined, path: string, of = ''): void {
  if (value === undefined || kind === true) return;
  const type = typeOf(value);
  if (kind === false) throw config(path, 'is not an option: its members are', of);
  if (typeof kind === 'number') checkNumber(value, kind, path, of);
  else if (typeof kind === 'string') {
    const [types = '', method] = kind.split(' with ');
    const isOne = types.split(' or ').includes(type);
    if (!isOne || (method !== undefined && typeof Reflect.get(value as object, method) !== 'function'))
      throw config(path, `must be ${article(kind)}, not ${isOne ? 'one without' : article(type)}`, of);
    // The entries of `Headers` and of a `Map` are not members, and would be lost.
    if (kind === 'object' && Symbol.iterator in (value as object))
      throw config(path, 'must be a plain object: see Object.fromEntries', of);
  } else if (Array.isArray(kind)) {
    const words = kind as readonly string[];
    if (words.includes(value as string)) return;
    const said = typeof value === 'string' ? didYouMean(value, words) : `, not ${article(type)}`;
    throw config(path, `must be one of ${words.join(', ')}${said}`, of);
  } else {
    checkKind(value, 'object', path, of);
    checkKinds(value as object, kind as Kinds, `${path}.`, of);
  }
}

export const config = (path: string, why: string, of = ''): LlmError =>
  new LlmError('config', `${of}${path} ${why}`, { path });

/** Whether a value is an object that is not an array, as options are. */
export const isObject = (value: unknown): value is object => typeOf(value) === 'object';

const typeOf = (value: unknown): string =>
  value === null || Number.isNaN(value) ? String(value) : Array.isArray(value) ? 'array' : typeof value;

export const article = (type: string): string =>
  /^null|^NaN/.test(type) ? type : `${/^[ao]/.test(type) ? 'an' : 'a'} ${type}`;

/** Throws `config` with the place for a number that cannot be meant: NaN, one below `least`, a text. `of`: whose, and a colon. */
export function checkNumber(value: unknown, least: number, path: string, of = ''): void {
  if (value === undefined || (typeof value === 'number' && value >= least)) return;
  const given = typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
  throw new LlmError('config', `${of}${path} must be a number of ${least} or more, not ${given}`, { path });
}

/** `; did you mean "openai"?` where one of the known words is near enough to be meant, else nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const near = nearestName(word, known);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/** Longer words are not looked at: nobody mistypes them, and the comparison is quadratic. */
const LONGEST = 64;

/**
 * The known word with the fewest typing errors, at most one for every three letters; case is not one. Else the first that
 * begins with the word, from four letters on.
 */
export function nearestName(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  let best: string | undefined;
  let longer: string | undefined;
  let fewest = Math.floor(word.length / 3) + 1;
  for (const candidate of known) {
    if (candidate.length > LONGEST) continue;
    if (word.length >= 4 && candidate.startsWith(word)) longer ??= candidate;
    const errors = typingErrors(word.toLowerCase(), candidate.toLowerCase());
    if (errors >= fewest) continue;
    best = candidate;
    fewest = errors;
  }
  return best ?? longer;
}

/** Letters to add, drop, change or swap with their neighbour, to make one word of the other. */
function typingErrors(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const changed = (last[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const isSwap =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = isSwap ? (beforeLast[column - 2] ?? 0) + 1 : changed;
      current.push(Math.min(changed, swapped, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
