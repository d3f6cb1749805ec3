import type { JsonObject } from '@majordomo/core';
import {
  anyObject,
  anything,
  type Check,
  checked,
  flag,
  integer as integerCheck,
  list,
  number as numberCheck,
  oneOf as oneOfCheck,
  text,
  where,
} from '@majordomo/core/toolkit';
import { Refusal } from '../errors/refusal.ts';

/** Parses one value of a request. Throws a refusal with the path of the value if the value is invalid. */
export type Parser<T> = (value: unknown, path: string) => T;

/** Object in a request. Records which of its members were parsed, so that `Notes` can add warnings about the others. */
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

/** Returns a parser for the values that pass a check. */
const parserOf =
  <T>(check: Check<T>): Parser<T> =>
  (value, path) =>
    checked(check, value, path, invalid);

const unicode = where(text, (value) => !/\p{Surrogate}/u.test(value), 'is not valid Unicode');

/** Parses a string. Refuses lone surrogates, which some vendors reject. */
export const string: Parser<string> = parserOf(unicode);

/** Parses a non-empty string. */
export const nonEmptyString: Parser<string> = parserOf(
  where(unicode, (value) => value !== '', 'must not be empty'),
);

/** Parses a boolean. */
export const boolean: Parser<boolean> = parserOf(flag);

/** Returns a parser for a number from `least` to `most`, inclusive. */
export const number = (least: number, most?: number): Parser<number> => parserOf(numberCheck(least, most));

/** Returns a parser for an integer from `least` to `most`, inclusive. */
export const integer = (least: number, most?: number): Parser<number> => parserOf(integerCheck(least, most));

/** Returns a parser for one of these strings. */
export const oneOf = <Value extends string>(...allowed: readonly Value[]): Parser<Value> =>
  parserOf(oneOfCheck(...allowed));

const plainObject = parserOf(anyObject);
const plainList = parserOf(list(anything));

/** Parses an object. Its members are read one by one. */
export const object: Parser<Fields> = (value, path) => new Fields(plainObject(value, path), path);

/** Parses an object without checking its members. If the object is a JSON Schema, its keywords are therefore not checked. */
export const jsonObject: Parser<JsonObject> = (value, path) => object(value, path).value as JsonObject;

/** Returns a parser for an array. `parse` parses each item. */
export const array =
  <T>(parse: Parser<T>): Parser<readonly T[]> =>
  (value, path) =>
    plainList(value, path).map((item, index) => parse(item, `${path}[${index}]`));

/** Returns a parser for an array of objects. Reads each object before it checks the next one. */
export const objects = <T>(read: (item: Fields) => T): Parser<readonly T[]> =>
  array((value, path) => read(object(value, path)));
