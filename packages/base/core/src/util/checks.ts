import { didYouMean } from './did-you-mean.ts';
import { isList, isRecord } from './values.ts';

/** First problem of a value. */
export interface Problem {
  /** Path in the checked value, such as `name` or `[0].name`; an empty string for the value itself. */
  readonly path: string;
  /** End of a sentence that begins with the path, such as `must be a string, not a number`. */
  readonly why: string;
  /** Name of the violated rule, such as `wrong-type`. */
  readonly rule: string;
}

/**
 * Returns the first problem of a value, or `undefined` for a valid value, whose type is `T`. Throws nothing, and creates paths only
 * for a problem. A problem contains no strings of the value except names of members, because strings can be secrets.
 */
export interface Check<out T = unknown> {
  (value: unknown): Problem | undefined;
  /** Type of valid values. Never set. */
  readonly type?: T;
}

/** Type of the values that pass a check. */
export type TypeOf<C> = C extends Check<infer T> ? T : never;

/** Checks of the members of an object, by name. */
export type Members = Readonly<Record<string, Check>>;

type ObjectOf<Required extends Members, Optional extends Members> = {
  readonly [Name in keyof Required]: TypeOf<Required[Name]>;
} & { readonly [Name in keyof Optional]?: TypeOf<Optional[Name]> | undefined };

/** Returns a problem of the value itself. */
export const problem = (why: string, rule: string = 'invalid'): Problem => ({ path: '', why, rule });

/** Returns the problem of a missing value, or of a value of the wrong type. `what`: expected type with its article. */
export const expected = (what: string, value: unknown): Problem =>
  value === undefined
    ? problem(`is missing; it must be ${what}`, 'missing-key')
    : problem(`must be ${what}, not ${article(typeOf(value))}`, 'wrong-type');

/** Returns the type of a value, such as `NaN` or `array`. */
export const typeOf = (value: unknown): string =>
  value === null || Number.isNaN(value) ? String(value) : isList(value) ? 'array' : typeof value;

/** Returns the name of a type with its article. */
export const article = (type: string): string =>
  /^null|^NaN|^undefined/.test(type) ? type : `${/^[ao]/.test(type) ? 'an' : 'a'} ${type}`;

/** Accepts every value except `undefined`. */
export const anything: Check = (value) =>
  value === undefined ? problem('is missing', 'missing-key') : undefined;

/** Accepts strings. */
export const text: Check<string> = (value) =>
  typeof value === 'string' ? undefined : expected('a string', value);

/** Accepts strings with other characters than white space. */
export const filledText: Check<string> = (value) =>
  typeof value === 'string' && value.trim() === '' ? problem('must not be empty') : text(value);

/** Accepts `true` and `false`. */
export const flag: Check<boolean> = (value) =>
  typeof value === 'boolean' ? undefined : expected('a boolean', value);

/** Accepts functions. */
export const func: Check<(...args: never[]) => unknown> = (value) =>
  typeof value === 'function' ? undefined : expected('a function', value);

/** Accepts `Uint8Array`. */
export const bytes: Check<Uint8Array> = (value) =>
  value instanceof Uint8Array ? undefined : expected('a Uint8Array', value);

/**
 * Accepts objects that are not arrays. The entries of a `Map` or `Headers` are not members and would be ignored, so both are a
 * problem.
 */
export const anyObject: Check<Readonly<Record<string, unknown>>> = (value) => {
  if (!isRecord(value)) return expected('an object', value);
  return Symbol.iterator in value
    ? problem('must be a plain object; convert a Map or Headers with Object.fromEntries', 'wrong-type')
    : undefined;
};

/** Returns a check for finite numbers from `min` to `max`. */
export const number = (min: number = -Infinity, max: number = Infinity): Check<number> =>
  numeric('a number', min, max);

/** Returns a check for numbers of at least `min`, including `Infinity`, such as the times and limits of options. */
export function atLeast(min: number): Check<number> {
  const finite = number(min);
  return (value) => (value === Infinity ? undefined : finite(value));
}

/** Returns a check for integers from `min` to `max`. */
export const integer = (
  min: number = Number.MIN_SAFE_INTEGER,
  max: number = Number.MAX_SAFE_INTEGER,
): Check<number> => numeric('an integer', min, max);

function numeric(name: 'a number' | 'an integer', min: number, max: number): Check<number> {
  const isInteger = name === 'an integer';
  const lowest = isInteger ? Number.MIN_SAFE_INTEGER : -Infinity;
  const highest = isInteger ? Number.MAX_SAFE_INTEGER : Infinity;
  /** Describes the valid values, such as `an integer from 1 to 9`. States "finite" only for an infinite value. */
  const range = (value: unknown): string => {
    const isInfinite = value === Infinity || value === -Infinity;
    const kind = isInfinite && !isInteger ? 'a finite number' : name;
    if (max < highest) return `${kind} ${min > lowest ? `from ${min} to ${max}` : `of at most ${max}`}`;
    return min > lowest ? `${kind} of ${min} or more` : kind;
  };
  return (value) => {
    if (typeof value !== 'number' || Number.isNaN(value)) return expected(range(value), value);
    const isInRange = value >= min && value <= max;
    if (isInRange && (isInteger ? Number.isInteger(value) : Number.isFinite(value))) return undefined;
    return problem(`must be ${range(value)}, not ${value}`, isInRange ? 'wrong-type' : 'out-of-range');
  };
}

/** Accepts finite numbers above 0. */
export const positive: Check<number> = (value) =>
  number()(value) ??
  ((value as number) > 0
    ? undefined
    : problem(`must be a number above 0, not ${String(value)}`, 'out-of-range'));

/** Returns a check for some strings. */
export function oneOf<const Value extends string>(...values: readonly Value[]): Check<Value> {
  return (value) => {
    if (values.includes(value as Value)) return undefined;
    const what = `one of ${values.join(', ')}`;
    return typeof value === 'string'
      ? problem(`must be ${what}${didYouMean(value, values)}`, 'unknown-value')
      : expected(what, value);
  };
}

/** Returns a check that a value also passes a test. `why` is the problem otherwise. */
export const where =
  <T>(check: Check<T>, test: (value: T) => boolean, why: string, rule?: string): Check<T> =>
  (value) =>
    check(value) ?? (test(value as T) ? undefined : problem(why, rule));

/** Returns a check for strings that match a pattern. `why` is the problem otherwise. */
export const matching = (pattern: RegExp, why: string, rule?: string): Check<string> =>
  where(text, (value) => pattern.test(value), why, rule);

/** Returns a check for strings of `min` to `max` characters. */
export const sizedText =
  (min: number, max: number): Check<string> =>
  (value) =>
    text(value) ?? amountProblem((value as string).length, min, max, 'characters');

/** Returns a check for `null` and values that pass a check. */
export const nullable =
  <T>(check: Check<T>): Check<T | null> =>
  (value) =>
    value === null ? undefined : check(value);

/** Returns a check for strings and values that pass a check. */
export const textOr =
  <T>(check: Check<T>): Check<string | T> =>
  (value) =>
    typeof value === 'string' ? undefined : check(value);

/** Returns a check for arrays of `min` to `max` elements. The number of elements is checked before the elements are. */
export function list<T>(check: Check<T>, min: number = 0, max: number = Infinity): Check<readonly T[]> {
  return (value) => {
    if (!isList(value)) return expected('an array', value);
    const amount = amountProblem(value.length, min, max, 'elements');
    if (amount !== undefined) return amount;
    for (let index = 0; index < value.length; index++) {
      const found = check(value[index]);
      if (found !== undefined) return below(`[${index}]`, found);
    }
    return undefined;
  };
}

/** Returns a check for objects with any names, whose `min` to `max` values pass a check. `names`: check of each name. */
export function record<T>(
  check: Check<T>,
  min: number = 0,
  max: number = Infinity,
  names?: Check,
): Check<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isRecord(value) || Symbol.iterator in value) return anyObject(value);
    const members = Object.keys(value);
    const amount = amountProblem(members.length, min, max, 'members');
    if (amount !== undefined) return amount;
    for (const name of members) {
      const found = names?.(name) ?? check(value[name]);
      if (found !== undefined) return below(memberPath(name), found);
    }
    return undefined;
  };
}

function amountProblem(amount: number, min: number, max: number, what: string): Problem | undefined {
  if (amount >= min && amount <= max) return undefined;
  if (amount === 0 && min === 1) return problem('must not be empty', 'out-of-range');
  const range = max === Infinity ? `at least ${min}` : min === 0 ? `at most ${max}` : `${min} to ${max}`;
  return problem(`must have ${range} ${what}, not ${amount}`, 'out-of-range');
}

/** Returns a check for objects with all `required` members. `optional` members can be absent; other members are ignored. */
export function open<const R extends Members, const O extends Members = Record<never, never>>(
  required: R,
  optional?: O,
): Check<ObjectOf<R, O>> {
  const checks = Object.entries<Check>({ ...required, ...optional }).map(
    ([name, check]) => ({ name, check, isRequired: Object.hasOwn(required, name) }) as const,
  );
  return (value) => {
    if (!isRecord(value) || Symbol.iterator in value) return anyObject(value);
    for (const { name, check, isRequired } of checks) {
      const member = value[name];
      if (member === undefined && !isRequired) continue;
      const found = check(member);
      if (found !== undefined) return below(name, found);
    }
    return undefined;
  };
}

/** Returns a check for objects with all `required` members. `optional` members can be absent; other members are a problem. */
export function object<const R extends Members, const O extends Members = Record<never, never>>(
  required: R,
  optional?: O,
): Check<ObjectOf<R, O>> {
  const known = Object.keys({ ...required, ...optional });
  const members = open(required, optional);
  return (value) => {
    const unknown = isRecord(value) ? Object.keys(value).find((name) => !known.includes(name)) : undefined;
    return unknown === undefined ? members(value) : below(memberPath(unknown), unknownName(unknown, known));
  };
}

/**
 * Returns a check for the options in an object that can have other members, such as an instance of a class. A name that resembles a
 * known one is a problem.
 */
export function openOptions<const R extends Members, const O extends Members = Record<never, never>>(
  required: R,
  optional?: O,
): Check<ObjectOf<R, O>> {
  const known = Object.keys({ ...required, ...optional });
  const members = open(required, optional);
  return (value) => anyObject(value) ?? similarName(value as object, known) ?? members(value);
}

/** Returns the problem of the first member whose name resembles a known one, which is probably a misspelling. */
function similarName(value: object, known: readonly string[]): Problem | undefined {
  for (const name in value) {
    const suggestion = known.includes(name) ? '' : didYouMean(name, known);
    if (suggestion !== '')
      return below(memberPath(name), problem(`is not an option${suggestion}`, 'unknown-key'));
  }
  return undefined;
}

const unknownName = (name: string, known: readonly string[]): Problem =>
  problem(
    `is not a known member${didYouMean(name, known) || `; the members are ${known.join(', ')}`}`,
    'unknown-key',
  );

/**
 * Returns a check for objects of several types. The string in the member `tag` selects the check. `other`: check of objects with any
 * other tag or without a tag, which are a problem by default.
 */
export function tagged<const M extends Members>(
  tag: string,
  members: M,
  other?: Check,
): Check<TypeOf<M[keyof M]>> {
  const checks = new Map<unknown, Check>(Object.entries(members));
  const tags = oneOf(...Object.keys(members));
  return (value) => {
    if (!isRecord(value)) return expected('an object', value);
    const name = value[tag];
    const check = checks.get(name) ?? other;
    if (check !== undefined) return check(value);
    const found = tags(name);
    return found && below(tag, found);
  };
}

/** Returns the problem of a member or an element at `path` as a problem of the outer value. */
export const below = (path: string, found: Problem): Problem => ({
  ...found,
  path: joinPath(path, found.path),
});

/** Joins two paths, such as `tools[0]` and `name`. */
export const joinPath = (outer: string, inner: string): string =>
  outer === '' || inner === '' || inner.startsWith('[') ? outer + inner : `${outer}.${inner}`;

/** Returns the first problem of a value as a sentence, such as `name must be a string, not a number`. */
export function problemIn(check: Check, value: unknown): string | undefined {
  const found = check(value);
  return found && `${found.path} ${found.why}`.trim();
}

/** Maximum length of a member name in a path. Objects of clients can have names of any length. */
const MAX_NAME_LENGTH = 80;

const memberPath = (name: string): string => name.slice(0, MAX_NAME_LENGTH);

/** Returns a value that passes a check. Otherwise throws the error that `errorOf` returns for its path and problem. */
export function checked<T>(
  check: Check<T>,
  value: unknown,
  path: string,
  errorOf: (path: string, why: string) => Error,
): T {
  const found = check(value);
  if (found === undefined) return value as T;
  throw errorOf(joinPath(path, found.path), found.why);
}
