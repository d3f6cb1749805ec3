import { isList, isRecord, isTooDeep } from '@majordomo/core/toolkit';
import { canonicalJson } from '@majordomo/evals/internal';
import { itemSchema, memberSchema, schemaOfBoth, type Schema } from './part-schema.ts';

/** Rules by which two values are compared. */
export interface ValueRules {
  /** JSON Schema of the value. */
  readonly schema: unknown;
  /** Whether two parts mean the same. `undefined`: the schema decides. */
  readonly isSame?: ((a: unknown, b: unknown, path: string) => boolean | undefined) | undefined;
}

/** Maximum number of paths of a difference. */
const MOST_PATHS = 20;
/** Maximum number of characters of a path, because a model chooses the names of members. */
const MOST_LETTERS = 200;
/** Maximum number of items of a set whose schemas decide which items are equal. */
const MOST_ITEMS = 100;

/**
 * Returns the paths at which two JSON values differ by a schema, such as `/to/0`: an absent member equals its `default`, and `null` if it
 * has no default; the order of an array with `uniqueItems` does not matter; a `date-time` is compared as a time. `isSame` decides first.
 */
export function differingPaths(a: unknown, b: unknown, rules: ValueRules): readonly string[] {
  // The empty path is that of the complete value.
  if (isTooDeep(a) || isTooDeep(b)) return [''];
  const paths: string[] = [];
  compare(a, b, { path: '', schema: rules.schema }, rules, paths);
  return paths
    .slice(0, MOST_PATHS)
    .map((path) => (path.length > MOST_LETTERS ? `${path.slice(0, MOST_LETTERS)}…` : path));
}

interface Position {
  readonly path: string;
  readonly schema: unknown;
}

interface Place extends Position {
  readonly schema: Schema;
}

function compare(a: unknown, b: unknown, at: Position, rules: ValueRules, paths: string[]): void {
  if (paths.length >= MOST_PATHS) return;
  const decided = rules.isSame?.(a, b, at.path);
  if (decided === true) return;
  if (decided === false) {
    paths.push(at.path);
    return;
  }
  const place = { path: at.path, schema: schemaOfBoth(at.schema, rules.schema, a, b) };
  if (areEqual(a, b, place.schema)) return;
  if (isRecord(a) && isRecord(b)) compareMembers(a, b, place, rules, paths);
  else if (isList(a) && isList(b) && a.length === b.length) compareItems(a, b, place, rules, paths);
  else paths.push(at.path);
}

function compareItems(
  a: readonly unknown[],
  b: readonly unknown[],
  { path, schema }: Place,
  rules: ValueRules,
  paths: string[],
): void {
  const placeOf = (index: number): Position => ({
    path: `${path}/${index}`,
    schema: itemSchema(schema, index),
  });
  if (schema['uniqueItems'] !== true) {
    for (const [index, item] of a.entries()) compare(item, b[index], placeOf(index), rules, paths);
    return;
  }
  const rest = [...b];
  const areAllFound =
    a.length <= MOST_ITEMS &&
    a.every((item, index) => {
      const found = rest.findIndex((other) => {
        const differences: string[] = [];
        compare(item, other, placeOf(index), rules, differences);
        return differences.length === 0;
      });
      if (found !== -1) rest.splice(found, 1);
      return found !== -1;
    });
  if (!areAllFound) paths.push(path);
}

function compareMembers(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
  { path, schema }: Place,
  rules: ValueRules,
  paths: string[],
): void {
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const member = memberSchema(schema, name);
    const fallback = schemaOfBoth(member, rules.schema, a[name], b[name])['default'] ?? null;
    const valueOf = (value: Readonly<Record<string, unknown>>): unknown =>
      Object.hasOwn(value, name) && value[name] !== undefined ? value[name] : fallback;
    const place = { path: `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, schema: member };
    compare(valueOf(a), valueOf(b), place, rules, paths);
  }
}

function areEqual(a: unknown, b: unknown, schema: Schema): boolean {
  if (a === b) return true;
  if (typeof a === 'string' && typeof b === 'string') return isSameTime(a, b, schema);
  if (schema['uniqueItems'] === true && isList(a) && isList(b))
    return canonicalJson(sorted(a)) === canonicalJson(sorted(b));
  return canonicalJson(a) === canonicalJson(b);
}

/**
 * Time with a date and an offset (RFC 3339). Other strings would be read in the time zone of the machine. Times with more digits after the
 * milliseconds are compared as strings, because `Date.parse` ignores these digits.
 */
const DATE_TIME = /^\d{4}-\d\d-\d\d[t ]\d\d:\d\d:\d\d(?:\.\d{1,3}0*)?(?:z|[+-]\d\d:\d\d)$/i;

function isSameTime(a: string, b: string, schema: Schema): boolean {
  const areTimes = schema['format'] === 'date-time' && DATE_TIME.test(a) && DATE_TIME.test(b);
  return areTimes && Date.parse(a) === Date.parse(b);
}

const sorted = (items: readonly unknown[]): readonly string[] => items.map(canonicalJson).sort();
