import {
  anyObject,
  asRecord,
  type Check,
  integer,
  isList,
  isRecord,
  list,
  problem,
  type Problem,
  record,
  where,
} from '@majordomo/core/toolkit';
import type { Members } from './members.ts';
import type { Violation } from './wire.ts';

/** Function that receives the rule, the path and the message of a violation. */
export type Report = (rule: string, path: string, message: string) => void;

/** Formats a value for a message. `String` would throw for an object whose `toString` is not a function. */
export const shown = (value: unknown): string =>
  isString(value) ? value : value === undefined ? 'nothing' : JSON.stringify(value);

/** Whether the value is a string. Unlike `typeof`, this function can be passed to `filter`. */
export const isString = (value: unknown): value is string => typeof value === 'string';

/** Accepts a positive integer. */
export const count: Check<number> = integer(1);

/** Accepts the JSON Schema of an object. */
export const objectSchema: Check = where(
  anyObject,
  ({ type }) => type === 'object',
  "the schema must be of type 'object'",
  'parameters-schema',
);

/** Rejects unpaired surrogates in strings, because vendors respond to them with status 400 or cannot parse them. */
export function wellFormed(value: unknown): Problem | undefined {
  if (isString(value))
    return /\p{Surrogate}/u.test(value) ? problem('is not valid Unicode', 'lone-surrogate') : undefined;
  if (isList(value)) return list(wellFormed)(value);
  return isRecord(value) ? record(wellFormed)(value) : undefined;
}

/** Rules that the checks of all wires report. */
export const SHAPE_RULES: Readonly<Record<string, string>> = {
  'unknown-key': 'a key that the API does not define',
  'missing-key': 'a missing required key',
  'wrong-type': 'a value of the wrong JSON type',
  'out-of-range': 'a number or a list outside its bounds',
  'unknown-value': 'a string that is not an allowed value',
  'lone-surrogate': 'a string with an unpaired surrogate',
};

/**
 * Applies checks and then rules to a body. Returns the first problem of each check, and all violations of the rules. `rules` receives
 * an empty object in place of a body that is not an object.
 */
export function violations(
  body: unknown,
  checks: readonly Check[],
  rules: (body: Members, report: Report) => void = () => undefined,
): readonly Violation[] {
  const found = checks.flatMap((check): Violation[] => {
    const first = check(body);
    return first === undefined ? [] : [{ rule: first.rule, path: first.path, message: first.why }];
  });
  rules(asRecord(body), (rule, path, message) => {
    found.push({ rule, path, message });
  });
  return found;
}
