import {
  anyObject,
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

/** Applies checks and then rules to a body. Returns the first problem of each check, and all violations of the rules. */
export function violations(
  body: unknown,
  checks: readonly Check[],
  rules: (report: Report) => void = () => undefined,
): readonly Violation[] {
  const found: Violation[] = [];
  for (const check of checks) {
    const first = check(body);
    if (first !== undefined) found.push({ rule: first.rule, path: first.path, message: first.why });
  }
  rules((rule, path, message) => {
    found.push({ rule, path, message });
  });
  return found;
}
