import { checkNumber } from './check-number.ts';
import type { Timeouts } from './contract/call.ts';
import { LlmError } from './contract/llm-error.ts';
import { quoted } from './prepare/validate.ts';
import { didYouMean, nearest } from './resolve/did-you-mean.ts';

/**
 * What an option may be: a number of at least so much, one of some words, of a type, perhaps with a method, members of their
 * own kinds, or anything (`true`).
 */
export type Kind =
  true | number | readonly string[] | Type | `${Type} or ${Type}` | `object with ${string}` | Kinds;
type Type = 'array' | 'boolean' | 'function' | 'number' | 'object' | 'string';

/** The kind of each option, by name. */
export interface Kinds {
  readonly [name: string]: Kind;
}

/** A kind for every option, so that none is forgotten. */
export type KindsOf<Options> = { readonly [Name in keyof Required<Options>]: Kind };

/** Of a call, of a target and of a provider. */
export const TIMEOUTS: KindsOf<Timeouts> = {
  connectMs: 0,
  firstContentMs: 0,
  idleMs: 0,
  wholeMs: 0,
  totalMs: 0,
  unreadMs: 0,
};

/**
 * Throws `config` with the place for options of the wrong kind, and for one whose name is nearly another's: it was mistyped.
 * Those of any other name belong to somebody else. `of`: whose options, and a colon.
 */
export function checkKinds(options: object, kinds: Kinds, prefix = '', of = ''): void {
  for (const name in options) {
    if (Object.hasOwn(kinds, name)) continue;
    const known = Object.keys(kinds);
    if (nearest(name, known) === undefined) continue;
    throw config(prefix + name, `is not an option${didYouMean(name, known)}`, of);
  }
  for (const name in kinds)
    checkKind(memberOf(options, name, prefix + name, of), kinds[name], prefix + name, of);
}

/** The same for one value. What was given is not repeated, but for words: it may be a secret. */
export function checkKind(value: unknown, kind: Kind | undefined, path: string, of = ''): void {
  if (value === undefined || kind === true) return;
  if (typeof kind === 'number') checkNumber(value, kind, path, of);
  else if (typeof kind === 'string') {
    const [types = '', method] = kind.split(' with ');
    const type = typeOf(value);
    const isOne = types.split(' or ').includes(type);
    if (!isOne || (method !== undefined && typeof memberOf(value, method, path, of) !== 'function'))
      throw config(path, `must be ${article(kind)}, not ${isOne ? 'one without' : article(type)}`, of);
  } else if (isArray(kind)) {
    const words = kind as readonly unknown[];
    if (!words.includes(value))
      throw config(path, `must be one of ${words.join(', ')}, not ${quoted(value)}`, of);
  } else {
    checkKind(value, 'object', path, of);
    checkKinds(value as object, kind as Kinds, `${path}.`, of);
  }
}

/** A member of what anybody may have made: a getter that throws is told with its place. */
export function memberOf(options: unknown, name: string, path: string, of = ''): unknown {
  try {
    return (options as Readonly<Record<string, unknown>>)[name];
  } catch (cause) {
    throw new LlmError('config', `${of}${path} cannot be read`, { path }, { cause });
  }
}

export const config = (path: string, why: string, of = ''): LlmError =>
  new LlmError('config', `${of}${path} ${why}`, { path });

export const isObject = (value: unknown): value is object => typeOf(value) === 'object';
const isArray = (value: unknown): boolean => Array.isArray(value);

const typeOf = (value: unknown): string =>
  value === null ? 'null' : isArray(value) ? 'array' : typeof value;

export const article = (type: string): string =>
  type === 'null' ? type : `${/^[ao]/.test(type) ? 'an' : 'a'} ${type}`;
