import { isRecord } from './values.ts';
import type { Timeouts } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';

/**
 * Kind of an option: the minimum of a number, the valid strings in an array, the name of a type and possibly of a method, or
 * the kinds of an object's members. `true` accepts any value. `refused: ` rejects every value, and a remedy follows, such as
 * `refused: use signal`.
 */
export type Kind =
  | true
  | number
  | readonly string[]
  | Type
  | `${Type} or ${Type}`
  | `object with ${string}`
  | `refused: ${string}`
  | Kinds;
const REFUSED = 'refused: ';
type Type = 'array' | 'boolean' | 'function' | 'number' | 'object' | 'string';

/** Kind of each option, by name. */
export interface Kinds {
  readonly [name: string]: Kind;
}

/** Kinds of all options of a type. An option without a kind is a type error. */
export type KindsOf<Options> = { readonly [Name in keyof Required<Options>]: Kind };

/** Kinds of time limits. */
export const TIMEOUT_KINDS: KindsOf<Timeouts> = {
  connectMs: 0,
  firstContentMs: 0,
  idleMs: 0,
  completeMs: 0,
  totalMs: 0,
  unreadMs: 0,
};

/**
 * Throws `config` with the path for an option of the wrong kind or with a misspelled name. A name that resembles no option is
 * ignored. The message begins with `subject`.
 */
export function checkKinds(options: object, kinds: Kinds, prefix = '', subject = ''): void {
  for (const name in options) {
    const suggestion = Object.hasOwn(kinds, name) ? '' : didYouMean(name, optionNames(kinds));
    if (suggestion !== '') throw configError(prefix + name, `is not an option${suggestion}`, subject);
  }
  for (const name in kinds) checkKind(Reflect.get(options, name), kinds[name], prefix + name, subject);
}

/**
 * Throws `config` for an option without a kind. For functions that an application calls. A call ignores unknown options, because
 * a newer package may pass them to an older core.
 */
export function rejectUnknownOptions(options: object, kinds: Kinds, subject = ''): void {
  for (const name in options) {
    if (Object.hasOwn(kinds, name) || Reflect.get(options, name) === undefined) continue;
    throw configError(name, `is not an option; the options are ${optionNames(kinds).join(', ')}`, subject);
  }
}

/** Returns the names that are options. */
const optionNames = (kinds: Kinds): readonly string[] =>
  Object.keys(kinds).filter((name) => !isRefused(kinds[name]));

const isRefused = (kind: Kind | undefined): kind is `refused: ${string}` =>
  typeof kind === 'string' && kind.startsWith(REFUSED);

/** Checks one option. The error's message contains the value only if it is a number, because other values may be secrets. */
export function checkKind(value: unknown, kind: Kind | undefined, path: string, subject = ''): void {
  if (value === undefined || kind === true) return;
  if (isRefused(kind)) throw configError(path, `is not an option; ${kind.slice(REFUSED.length)}`, subject);
  const type = typeOf(value);
  if (typeof kind === 'number') checkNumber(value, kind, path, subject);
  else if (typeof kind === 'string') {
    const [types = '', method] = kind.split(' with ');
    const isOne = types.split(' or ').includes(type);
    if (!isOne || (method !== undefined && typeof Reflect.get(value as object, method) !== 'function'))
      throw configError(
        path,
        `must be ${article(kind)}, not ${isOne ? 'one without' : article(type)}`,
        subject,
      );
    // The entries of `Headers` and `Map` are not members and would be ignored.
    if (kind === 'object' && Symbol.iterator in (value as object))
      throw configError(
        path,
        'must be a plain object; convert a Map or Headers with Object.fromEntries',
        subject,
      );
  } else if (Array.isArray(kind)) {
    const values = kind as readonly string[];
    if (values.includes(value as string)) return;
    const hint = typeof value === 'string' ? didYouMean(value, values) : `, not ${article(type)}`;
    throw configError(path, `must be one of ${values.join(', ')}${hint}`, subject);
  } else {
    checkKind(value, 'object', path, subject);
    checkKinds(value as object, kind as Kinds, `${path}.`, subject);
  }
}

export const configError = (path: string, problem: string, subject = ''): LlmError =>
  new LlmError('config', `${subject}${path} ${problem}`, { path });

/** Returns the type of a value, such as `NaN` or `array`. */
export const typeOf = (value: unknown): string =>
  value === null || Number.isNaN(value) ? String(value) : Array.isArray(value) ? 'array' : typeof value;

/** Returns the name of a type with its article. */
export const article = (type: string): string =>
  /^null|^NaN|^undefined/.test(type) ? type : `${/^[ao]/.test(type) ? 'an' : 'a'} ${type}`;

/** Throws `config` with the path unless the value is absent or a number of at least `min`. The message begins with `subject`. */
export function checkNumber(value: unknown, min: number, path: string, subject = ''): void {
  if (value === undefined || (typeof value === 'number' && value >= min)) return;
  const actual = typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
  throw new LlmError('config', `${subject}${path} must be a number of ${min} or more, not ${actual}`, {
    path,
  });
}

/** Returns a suggestion such as `; did you mean "openai"?`, or an empty string if no known name is similar. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

/** Maximum length of a name that is compared, because the comparison is quadratic. */
const MAX_NAME_LENGTH = 64;

/**
 * Returns the known name with the fewest typing errors, at most one per three letters. Case is ignored. If no name is similar,
 * returns the first known name that begins with `name`, if `name` has at least four letters.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  let best: string | undefined;
  let longer: string | undefined;
  let fewest = Math.floor(name.length / 3) + 1;
  for (const candidate of known) {
    if (candidate.length > MAX_NAME_LENGTH) continue;
    if (name.length >= 4 && candidate.startsWith(name)) longer ??= candidate;
    const errors = typingErrors(name.toLowerCase(), candidate.toLowerCase());
    if (errors >= fewest) continue;
    best = candidate;
    fewest = errors;
  }
  return best ?? longer;
}

/** Returns the Damerau-Levenshtein distance, which counts insertions, deletions, changes and swaps of neighbors. */
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

/**
 * Checks the options of a function. Throws `config` with the path for an option of the wrong kind, a misspelled name, or an
 * absent option of `required`. The message contains no values except numbers.
 *
 * @param subject beginning of the message, such as the name of the function
 * @param otherNames names that other libraries use for an option, with the option's name here
 *
 * @example
 * checkOptions('createLedger', options, { store: 'object with reserve', storeTimeoutMs: 1, whenDown: ['admit', 'deny'] });
 */
export function checkOptions(
  subject: string,
  options: unknown,
  kinds: Kinds,
  required: readonly string[] = [],
  otherNames: Readonly<Record<string, string>> = {},
): void {
  const prefix = `${subject}: `;
  if (!isRecord(options)) throw configError('options', 'must be an object', prefix);
  for (const [name, ownName] of Object.entries(otherNames))
    if (!Object.hasOwn(kinds, name) && Reflect.get(options, name) !== undefined)
      throw configError(name, `is not an option; use ${ownName}`, prefix);
  checkKinds(options, kinds, '', prefix);
  for (const name of required)
    if (Reflect.get(options, name) === undefined)
      throw configError(name, missingProblem(kinds[name]), prefix);
}

const missingProblem = (kind: Kind | undefined): string =>
  typeof kind === 'string' ? `is missing; it must be ${article(kind)}` : 'is missing';

/** Throws `config` with the path for an infinite time. The message begins with `prefix`. */
export function checkFinite(ms: number | undefined, path: string, prefix = ''): void {
  if (ms === Infinity) throw configError(path, 'must be finite', prefix);
}

/** Merges time limits. Limits that `second` defines take precedence. */
export const mergeTimeouts = (first: Timeouts | undefined, second: Timeouts | undefined): Timeouts => ({
  ...first,
  ...definedMembers(second ?? {}),
});

/** Returns the members that are not `undefined`. */
export const definedMembers = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
