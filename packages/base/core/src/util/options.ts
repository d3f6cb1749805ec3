import {
  anyObject,
  article,
  atLeast,
  below,
  type Check,
  expected,
  joinPath,
  oneOf,
  problem,
  type Problem,
  typeOf,
} from './checks.ts';
import { didYouMean } from './did-you-mean.ts';
import { isList, isRecord } from './values.ts';
import type { Timeouts } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';

/**
 * Kind of an option: the valid strings in an array, the name of a type and possibly of a method, the kinds of an object's members,
 * or a check. `true` accepts any value. `refused: ` rejects every value, and a remedy follows, such as
 * `refused: use signal`.
 */
export type Kind =
  | true
  | readonly string[]
  | Type
  | `${Type} or ${Type}`
  | `object with ${string}`
  | `refused: ${string}`
  | Check
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
  connectMs: atLeast(0),
  firstContentMs: atLeast(0),
  idleMs: atLeast(0),
  completeMs: atLeast(0),
  totalMs: atLeast(0),
  unreadMs: atLeast(0),
};

/**
 * Throws `config` with the path for an option of the wrong kind or with a misspelled name. A name that resembles no option is
 * ignored. The message begins with `subject`.
 */
export function checkKinds(options: object, kinds: Kinds, prefix = '', subject = ''): void {
  const found = membersProblem(options, kinds);
  if (found !== undefined) throw configError(prefix + found.path, found.why, subject);
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
export function checkKind(value: unknown, kind: Kind, path: string, subject = ''): void {
  const found = kindProblem(value, kind);
  if (found !== undefined) throw configError(joinPath(path, found.path), found.why, subject);
}

/** Returns a check for values of a kind, such as `object with now`. */
export const ofKind =
  (kind: Exclude<Kind, Kinds>): Check =>
  (value) =>
    value === undefined ? missingProblem(kind) : kindProblem(value, kind);

function kindProblem(value: unknown, kind: Kind): Problem | undefined {
  if (value === undefined || kind === true) return undefined;
  if (isRefused(kind)) return problem(`is not an option; ${kind.slice(REFUSED.length)}`);
  if (typeof kind === 'function') return kind(value);
  if (typeof kind === 'string') return typeProblem(value, kind);
  if (isList(kind)) return oneOf(...kind)(value);
  return typeProblem(value, 'object') ?? membersProblem(value as object, kind);
}

function membersProblem(options: object, kinds: Kinds): Problem | undefined {
  for (const name in options) {
    const suggestion = Object.hasOwn(kinds, name) ? '' : didYouMean(name, optionNames(kinds));
    if (suggestion !== '') return below(name, problem(`is not an option${suggestion}`));
  }
  for (const name in kinds) {
    const found = kindProblem(Reflect.get(options, name), kinds[name] ?? true);
    if (found !== undefined) return below(name, found);
  }
  return undefined;
}

function typeProblem(value: unknown, kind: string): Problem | undefined {
  const [types = '', method] = kind.split(' with ');
  if (!types.split(' or ').includes(typeOf(value))) return expected(article(kind), value);
  if (method !== undefined && typeof Reflect.get(value as object, method) !== 'function')
    return problem(`must be ${article(kind)}, not one without`);
  return kind === 'object' ? anyObject(value) : undefined;
}

/** Returns an error of kind `config` for the option at `path`. `problem` is the rest of the sentence, after `subject` and the path. */
export const configError = (path: string, problem: string, subject = ''): LlmError =>
  new LlmError('config', `${subject}${path} ${problem}`, { path });

/** Throws `config` with the path unless the value is absent or a number of at least `min`. The message begins with `subject`. */
export function checkNumber(value: unknown, min: number, path: string, subject = ''): void {
  checkKind(value, atLeast(min), path, subject);
}

/**
 * Checks the options of a function. Throws `config` with the path for an option of the wrong kind, a misspelled name, or an
 * absent option of `required`. The message contains no values except numbers.
 *
 * @param subject beginning of the message, such as the name of the function
 * @param otherNames names that other libraries use for an option, with the option's name here
 *
 * @example
 * checkOptions('createLedger', options, { store: 'object with reserve', storeTimeoutMs: atLeast(1), whenDown: ['admit', 'deny'] });
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
      throw configError(name, missingProblem(kinds[name] ?? true).why, prefix);
}

function missingProblem(kind: Kind): Problem {
  const missing = typeof kind === 'function' ? kind(undefined) : undefined;
  if (missing !== undefined) return missing;
  return typeof kind === 'string' ? expected(article(kind), undefined) : problem('is missing', 'missing-key');
}

/** Merges time limits. Limits that `second` defines take precedence. */
export const mergeTimeouts = (first: Timeouts | undefined, second: Timeouts | undefined): Timeouts => ({
  ...first,
  ...definedMembers(second ?? {}),
});

/** Returns the members that are not `undefined`. */
export const definedMembers = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
