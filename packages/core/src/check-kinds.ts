import { checkNumber } from './check-number.ts';
import type { Timeouts } from './contract/call.ts';
import { LlmError } from './contract/llm-error.ts';
import { didYouMean } from './resolve/did-you-mean.ts';

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
