import type { JsonObject } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { Refusal } from '../errors/refusal.ts';

/** Parses one value of a request. Throws a refusal with the path of the value if the value is invalid. */
export type Parser<T> = (value: unknown, path: string) => T;

/** Object in a request. Records which of its members were parsed. */
export class Fields {
  readonly value: Readonly<Record<string, unknown>>;
  readonly path: string;
  private readonly parsed = new Set<string>();

  constructor(value: Readonly<Record<string, unknown>>, path: string) {
    this.value = value;
    this.path = path;
  }

  /** Parses a required member. */
  required<T>(key: string, parse: Parser<T>): T {
    this.parsed.add(key);
    return parse(this.member(key), this.pathOf(key));
  }

  /** Parses an optional member. Returns `undefined` if the member is missing or `null`. */
  optional<T>(key: string, parse: Parser<T>): T | undefined {
    return this.isSet(key) ? this.required(key, parse) : undefined;
  }

  /** Returns whether the object has this member with a value other than `null`. */
  isSet(key: string): boolean {
    const member = this.member(key);
    return member !== undefined && member !== null;
  }

  /** Returns the names of the members that are set and were not parsed. */
  unparsed(): readonly string[] {
    return Object.keys(this.value).filter((key) => !this.parsed.has(key) && this.isSet(key));
  }

  /** Returns the path of a member, for error messages. */
  pathOf(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  private member(key: string): unknown {
    return Object.hasOwn(this.value, key) ? this.value[key] : undefined;
  }
}

/** Throws a refusal for an invalid value at a path. */
export function invalid(path: string, message: string): never {
  throw new Refusal('invalid-request', `${path === '' ? 'the body' : path} ${message}`, {
    path: path === '' ? undefined : path,
  });
}

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : `of type ${typeof value}`;

const expected = (what: string, value: unknown, path: string): never =>
  invalid(path, value === undefined ? `is required (${what})` : `must be ${what}, not ${kindOf(value)}`);

/** Parses a string. Refuses lone surrogates, which some vendors reject. */
export const string: Parser<string> = (value, path) => {
  if (typeof value !== 'string') return expected('a string', value, path);
  return /\p{Surrogate}/u.test(value) ? invalid(path, 'is not valid Unicode') : value;
};

/** Parses a non-empty string. */
export const nonEmptyString: Parser<string> = (value, path) =>
  string(value, path) || invalid(path, 'must not be empty');

export const boolean: Parser<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : expected('true or false', value, path);

/** Returns a parser for a number from `least` to `most`, inclusive. */
export const number =
  (least: number, most: number = Infinity): Parser<number> =>
  (value, path) => {
    if (typeof value !== 'number') return expected('a number', value, path);
    return value >= least && value <= most ? value : invalid(path, outside(value, least, most));
  };

/** Returns a parser for an integer from `least` to `most`, inclusive. */
export const integer =
  (least: number, most: number = Number.MAX_SAFE_INTEGER): Parser<number> =>
  (value, path) => {
    if (typeof value !== 'number') return expected('an integer', value, path);
    if (value < least || value > most) return invalid(path, outside(value, least, most));
    return Number.isInteger(value) ? value : invalid(path, `must be an integer, not ${value}`);
  };

const outside = (value: number, least: number, most: number): string => {
  const isOpen = most === Infinity || most === Number.MAX_SAFE_INTEGER;
  const bound = value < least ? `at least ${least}` : `at most ${most}`;
  return `must be ${isOpen ? bound : `from ${least} to ${most}`}, not ${value}`;
};

/** Returns a parser for one of these strings. */
export const oneOf =
  <Value extends string>(...allowed: readonly Value[]): Parser<Value> =>
  (value, path) =>
    allowed.find((each) => each === value) ??
    (typeof value === 'string'
      ? invalid(path, `must be one of ${allowed.join(', ')}, not ${JSON.stringify(value.slice(0, 60))}`)
      : expected(`one of ${allowed.join(', ')}`, value, path));

export const object: Parser<Fields> = (value, path) =>
  isRecord(value) ? new Fields(value, path) : expected('an object', value, path);

/** Parses an object without checking its members. If the object is a JSON Schema, its keywords are therefore not checked. */
export const jsonObject: Parser<JsonObject> = (value, path) => object(value, path).value as JsonObject;

/** Returns a parser for an array. `parse` parses each item. */
export const array =
  <T>(parse: Parser<T>): Parser<readonly T[]> =>
  (value, path) =>
    Array.isArray(value)
      ? value.map((item: unknown, index) => parse(item, `${path}[${index}]`))
      : expected('an array', value, path);

/** Returns a parser for an array of objects. Reads each object before it checks the next one. */
export const objects = <T>(read: (item: Fields) => T): Parser<readonly T[]> =>
  array((value, path) => read(object(value, path)));
