import { isRecord } from '@majordomo/core/provider';
import { Refusal } from '../errors/refusal.ts';

/** A value of a request → what it means; an error names its path. */
export type Parser<T> = (value: unknown, path: string) => T;

/** The members of an object, and where it stands. */
export interface Fields {
  readonly value: Readonly<Record<string, unknown>>;
  readonly path: string;
}

/** Refuses the request because of one value. */
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

/** A text that has no half of a surrogate pair, which would break the JSON at some vendor. */
export const string: Parser<string> = (value, path) => {
  if (typeof value !== 'string') return expected('a string', value, path);
  return /\p{Surrogate}/u.test(value) ? invalid(path, 'is not valid Unicode') : value;
};

/** A text with something in it. */
export const nonEmptyString: Parser<string> = (value, path) =>
  string(value, path) || invalid(path, 'must not be empty');

export const boolean: Parser<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : expected('true or false', value, path);

/** A number from `least` to `most`, both included. */
export const number =
  (least: number, most: number = Infinity): Parser<number> =>
  (value, path) => {
    if (typeof value !== 'number') return expected('a number', value, path);
    return value >= least && value <= most ? value : invalid(path, outside(value, least, most));
  };

/** The same without a fraction. */
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

/** One of these words. */
export const oneOf =
  <Word extends string>(...words: readonly Word[]): Parser<Word> =>
  (value, path) =>
    words.find((word) => word === value) ??
    (typeof value === 'string'
      ? invalid(path, `must be one of ${words.join(', ')}, and is ${JSON.stringify(value.slice(0, 60))}`)
      : expected(`one of ${words.join(', ')}`, value, path));

export const object: Parser<Fields> = (value, path) =>
  isRecord(value) ? { value, path } : expected('an object', value, path);

/** An array of what `read` reads. */
export const array =
  <T>(read: Parser<T>): Parser<readonly T[]> =>
  (value, path) =>
    Array.isArray(value)
      ? value.map((item: unknown, index) => read(item, `${path}[${index}]`))
      : expected('an array', value, path);

const at = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** A member that has to be there. */
export const required = <T>({ value, path }: Fields, key: string, read: Parser<T>): T =>
  read(Object.hasOwn(value, key) ? value[key] : undefined, at(path, key));

/** A member that may be missing; `null` stands for that too. */
export function optional<T>({ value, path }: Fields, key: string, read: Parser<T>): T | undefined {
  const member = Object.hasOwn(value, key) ? value[key] : undefined;
  return member === undefined || member === null ? undefined : read(member, at(path, key));
}

/** Where a member stands, for an error about it. */
export const pathOf = ({ path }: Fields, key: string): string => at(path, key);

/** Does it have this member, and is that not `null`? */
export const isSet = (members: Fields, key: string): boolean =>
  Object.hasOwn(members.value, key) && members.value[key] !== null && members.value[key] !== undefined;
