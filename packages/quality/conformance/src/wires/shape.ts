import { isRecord } from '@majordomo/core/toolkit';
import type { Violation } from './wire.ts';

/** Function that checks the value at a path of the body, and reports violated rules. */
export type Check = (value: unknown, path: string, report: Report) => void;
/** Function that receives the rule, the path and the message of a violation. */
export type Report = (rule: string, path: string, message: string) => void;

/** Checks of an object's properties, by key. */
export type Fields = Readonly<Record<string, Check>>;

/** Formats a value for a message. `String` would throw for an object whose `toString` is not a function. */
export const shown = (value: unknown): string =>
  isString(value) ? value : value === undefined ? 'nothing' : JSON.stringify(value);

/** Whether the value is a string. Unlike `typeof`, this function can be passed to `filter`. */
export const isString = (value: unknown): value is string => typeof value === 'string';

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

const expected = (what: string, value: unknown, path: string, report: Report): void => {
  report('wrong-type', path, `expected ${what}, got ${kindOf(value)}`);
};

/** Accepts any value. */
export const anything: Check = () => undefined;

/** Accepts any string. */
export const text: Check = (value, path, report) => {
  if (!isString(value)) expected('a string', value, path, report);
};

/** Accepts a boolean. */
export const flag: Check = (value, path, report) => {
  if (typeof value !== 'boolean') expected('a boolean', value, path, report);
};

/** Returns a check that accepts numbers from `min` to `max`, or only integers if `integer` is true. */
export function number(min: number, max: number, integer: boolean = false): Check {
  return (value, path, report) => {
    if (typeof value !== 'number') expected('a number', value, path, report);
    else if (integer && !Number.isInteger(value)) report('wrong-type', path, 'expected an integer');
    else if (value < min || value > max) report('out-of-range', path, `range: ${min}..${max}`);
  };
}

/** Accepts a positive integer. */
export const count: Check = number(1, Number.MAX_SAFE_INTEGER, true);

/** Returns a check that accepts only these strings. Other strings violate `unknown-value`. */
export function oneOf(...values: readonly string[]): Check {
  return (value, path, report) => {
    if (!isString(value)) expected('a string', value, path, report);
    else if (!values.includes(value))
      report('unknown-value', path, `"${value}" is not one of ${values.join(', ')}`);
  };
}

/** Returns a check that accepts values that pass `check`, and `null`, which means "not set". */
export const optionalNull =
  (check: Check): Check =>
  (value, path, report) => {
    if (value !== null) check(value, path, report);
  };

/** Returns a check that accepts strings of at most `maxLength` characters that match a pattern. Other strings violate `rule`. */
export function matching(pattern: RegExp, rule: string, maxLength: number = Infinity): Check {
  return (value, path, report) => {
    if (!isString(value)) expected('a string', value, path, report);
    else if (value.length > maxLength) report(rule, path, `longer than ${maxLength} characters`);
    else if (!pattern.test(value)) report(rule, path, `"${value}" does not match ${pattern.source}`);
  };
}

/** Returns a check that accepts arrays of `min` to `max` items that pass `check`. */
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

/** Returns a check that accepts objects that have all required keys and no unknown keys. */
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

/** Returns a check for objects of several types. The value of the property `tag` selects the check in `members`. */
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

/** Returns a check that accepts strings and values that pass `check`. */
export const textOr =
  (check: Check): Check =>
  (value, path, report) => {
    if (!isString(value)) check(value, path, report);
  };

/** Accepts an object with any properties. */
export const anyObject: Check = (value, path, report) => {
  if (!isRecord(value)) expected('an object', value, path, report);
};

const own = (fields: Fields, key: string): Check | undefined =>
  Object.hasOwn(fields, key) ? fields[key] : undefined;

const at = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** Rejects unpaired surrogates in strings, because vendors respond to them with status 400 or cannot parse them. */
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

/** Applies checks to a body and returns all violations. */
export function violations(body: unknown, checks: readonly Check[]): readonly Violation[] {
  const found: Violation[] = [];
  for (const check of checks) {
    check(body, '', (rule, path, message) => {
      found.push({ rule, path, message });
    });
  }
  return found;
}
