import { isRecord } from '@majordomo/core/toolkit';
import { Refusal } from '../errors/refusal.ts';

/** Parses one value of a request. Throws a refusal that names its path. */
export type Parser<T> = (value: unknown, path: string) => T;

/** Object of a request, and its path. */
export interface Fields {
  readonly value: Readonly<Record<string, unknown>>;
  readonly path: string;
}

/** Throws a refusal because of one value. */
export function invalid(path: string, message: string): never {
  throw new Refusal('invalid-request', `${path === '' ? 'the body' : path} ${message}`, {
    path: path === '' ? undefined : path,
  });
}

const kindOf = (value: unknown): string =>
  value === null
    ? 'null'
    : value === undefined
      ? 'missing'
      : Array.isArray(value)
        ? 'an array'
        : typeof value;

const expected = (what: string, value: unknown, path: string): never =>
  invalid(path, value === undefined ? `is required (${what})` : `must be ${what}, and is ${kindOf(value)}`);

/** Parses a string. Refuses lone surrogates, which some vendors cannot read. */
export const string: Parser<string> = (value, path) => {
  if (typeof value !== 'string') return expected('a string', value, path);
  return /\p{Surrogate}/u.test(value) ? invalid(path, 'is not valid Unicode') : value;
};

/** Parses a string that is not empty. */
export const nonEmptyString: Parser<string> = (value, path) =>
  string(value, path) || invalid(path, 'must not be empty');

export const boolean: Parser<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : expected('true or false', value, path);

/** Parses a number from `least` to `most`, both included. */
export const number =
  (least: number, most: number = Infinity): Parser<number> =>
  (value, path) => {
    if (typeof value !== 'number') return expected('a number', value, path);
    return value >= least && value <= most ? value : invalid(path, outside(value, least, most));
  };

/** Parses an integer from `least` to `most`, both included. */
export const integer =
  (least: number, most: number = Number.MAX_SAFE_INTEGER): Parser<number> =>
  (value, path) => {
    if (typeof value !== 'number') return expected('a whole number', value, path);
    if (value < least || value > most) return invalid(path, outside(value, least, most));
    return Number.isInteger(value) ? value : invalid(path, `must be a whole number, and is ${value}`);
  };

const outside = (value: number, least: number, most: number): string => {
  const isOpen = most === Infinity || most === Number.MAX_SAFE_INTEGER;
  const bound = value < least ? `at least ${least}` : `at most ${most}`;
  return `must be ${isOpen ? bound : `from ${least} to ${most}`}, and is ${value}`;
};

/** Parses one of these values. */
export const oneOf =
  <Word extends string>(...words: readonly Word[]): Parser<Word> =>
  (value, path) =>
    words.find((word) => word === value) ??
    (typeof value === 'string'
      ? invalid(path, `must be one of ${words.join(', ')}, and is ${JSON.stringify(value.slice(0, 60))}`)
      : expected(`one of ${words.join(', ')}`, value, path));

export const object: Parser<Fields> = (value, path) =>
  isRecord(value) ? { value, path } : expected('an object', value, path);

/** Parses an array with a parser for its items. */
export const array =
  <T>(read: Parser<T>): Parser<readonly T[]> =>
  (value, path) =>
    Array.isArray(value)
      ? value.map((item: unknown, index) => read(item, `${path}[${index}]`))
      : expected('an array', value, path);

const at = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** Parses a required member. */
export const required = <T>({ value, path }: Fields, key: string, read: Parser<T>): T =>
  read(Object.hasOwn(value, key) ? value[key] : undefined, at(path, key));

/** Parses an optional member. `null` counts as missing. */
export function optional<T>({ value, path }: Fields, key: string, read: Parser<T>): T | undefined {
  const member = Object.hasOwn(value, key) ? value[key] : undefined;
  return member === undefined || member === null ? undefined : read(member, at(path, key));
}

/** Returns the path of a member, for an error about it. */
export const pathOf = ({ path }: Fields, key: string): string => at(path, key);

/** Whether the object has this member, and it is not `null`. */
export const isSet = (members: Fields, key: string): boolean =>
  Object.hasOwn(members.value, key) && members.value[key] !== null && members.value[key] !== undefined;
