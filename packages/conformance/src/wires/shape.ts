import { isRecord } from '@majordomo/core/toolkit';
import type { Violation } from './wire.ts';

/** Reports the violations of a value at a path. */
export type Check = (value: unknown, path: string, report: Report) => void;
/** Receives one violation: rule, path and message. */
export type Report = (rule: string, path: string, message: string) => void;

/** Checks by key. */
export type Fields = Readonly<Record<string, Check>>;

/** Returns a value for messages. `String` would throw if an object has a `toString` that is not a function. */
export const shown = (value: unknown): string =>
  isString(value) ? value : value === undefined ? 'nothing' : JSON.stringify(value);

/** Whether the value is a string, for filters. */
export const isString = (value: unknown): value is string => typeof value === 'string';

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

const expected = (what: string, value: unknown, path: string, report: Report): void => {
  report('wrong-type', path, `expected ${what}, got ${kindOf(value)}`);
};

/** Any value. */
export const anything: Check = () => undefined;

/** Any string. */
export const text: Check = (value, path, report) => {
  if (!isString(value)) expected('a string', value, path, report);
};

/** A boolean. */
export const flag: Check = (value, path, report) => {
  if (typeof value !== 'boolean') expected('a boolean', value, path, report);
};

/** Number within bounds; `integer` for integers only. */
export function number(min: number, max: number, integer: boolean = false): Check {
  return (value, path, report) => {
    if (typeof value !== 'number') expected('a number', value, path, report);
    else if (integer && !Number.isInteger(value)) report('wrong-type', path, 'expected an integer');
    else if (value < min || value > max) report('out-of-range', path, `range: ${min}..${max}`);
  };
}

/** Positive integer. */
export const count: Check = number(1, Number.MAX_SAFE_INTEGER, true);

/** Returns a check that accepts only these strings. Any other string violates `unknown-value`. */
export function oneOf(...values: readonly string[]): Check {
  return (value, path, report) => {
    if (!isString(value)) expected('a string', value, path, report);
    else if (!values.includes(value))
      report('unknown-value', path, `"${value}" is not one of ${values.join(', ')}`);
  };
}

/** Value that passes `check`, or `null` for "not set". */
export const optionalNull =
  (check: Check): Check =>
  (value, path, report) => {
    if (value !== null) check(value, path, report);
  };

/** String that matches the pattern and length; otherwise it violates `rule`. */
export function matching(pattern: RegExp, rule: string, maxLength: number = Infinity): Check {
  return (value, path, report) => {
    if (!isString(value)) expected('a string', value, path, report);
    else if (value.length > maxLength) report(rule, path, `longer than ${maxLength} characters`);
    else if (!pattern.test(value)) report(rule, path, `"${value}" does not match ${pattern.source}`);
  };
}

/** Array of `min` to `max` items that pass `check`. */
export function list(check: Check, min: number = 0, max: number = Infinity): Check {
  return (value, path, report) => {
    if (!Array.isArray(value)) {
      expected('an array', value, path, report);
      return;
    }
    if (value.length < min || value.length > max) {
      report('out-of-range', path, `an array of ${value.length}, expected ${min} to ${max}`);
    }
    value.forEach((item, index) => {
      check(item, `${path}[${index}]`, report);
    });
  };
}

/** Object with these keys and no others. */
export function object(required: Fields, optional: Fields = {}): Check {
  return (value, path, report) => {
    if (!isRecord(value)) {
      expected('an object', value, path, report);
      return;
    }
    for (const key of Object.keys(required)) {
      if (value[key] === undefined) report('missing-key', at(path, key), 'is required');
    }
    for (const [key, item] of Object.entries(value)) {
      const check = own(required, key) ?? own(optional, key);
      if (check === undefined) report('unknown-key', at(path, key), 'is an unknown key');
      else if (item !== undefined) check(item, at(path, key), report);
    }
  };
}

/** Object whose `tag` member selects the check. */
export function tagged(tag: string, members: Fields, fallback?: Check): Check {
  return (value, path, report) => {
    if (!isRecord(value)) {
      expected('an object', value, path, report);
      return;
    }
    const name = value[tag];
    const check = (isString(name) ? own(members, name) : undefined) ?? fallback;
    if (check !== undefined) check(value, path, report);
    else if (name === undefined) report('missing-key', at(path, tag), 'is required');
    else
      report(
        'unknown-value',
        at(path, tag),
        `${JSON.stringify(name)} is not one of ${Object.keys(members).join(', ')}`,
      );
  };
}

/** String, or a value that passes `check`. */
export const textOr =
  (check: Check): Check =>
  (value, path, report) => {
    if (!isString(value)) check(value, path, report);
  };

/** Object with any members. */
export const anyObject: Check = (value, path, report) => {
  if (!isRecord(value)) expected('an object', value, path, report);
};

const own = (fields: Fields, key: string): Check | undefined =>
  Object.hasOwn(fields, key) ? fields[key] : undefined;

const at = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** Strings without unpaired surrogates, which vendors reject with 400 or fail to parse. */
export const wellFormed: Check = (value, path, report) => {
  if (isString(value)) {
    if (/\p{Surrogate}/u.test(value)) report('lone-surrogate', path, 'is not valid Unicode');
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => {
      wellFormed(item, `${path}[${index}]`, report);
    });
  } else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) wellFormed(item, at(path, key), report);
  }
};

/** Runs checks over a body and collects what they report. */
export function violations(body: unknown, checks: readonly Check[]): readonly Violation[] {
  const found: Violation[] = [];
  for (const check of checks) {
    check(body, '', (rule, path, message) => {
      found.push({ rule, path, message });
    });
  }
  return found;
}
