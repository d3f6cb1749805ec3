import { asRecord, isList, isRecord, isTooDeep, resolveReference } from '@majordomo/core/toolkit';
import { canonicalJson } from '../../json.ts';

/** Rules by which two values are compared. */
export interface ValueRules {
  /** JSON Schema of the value. */
  readonly schema: unknown;
  /** Whether two parts mean the same. `undefined`: the schema decides. */
  readonly isSame?: ((a: unknown, b: unknown, path: string) => boolean | undefined) | undefined;
}

/** Maximum number of paths of a difference. */
const MOST_PATHS = 20;

/**
 * Returns the paths at which two JSON values differ by a schema, such as `/to/0`: an absent member equals its `default`, the order of an
 * array with `uniqueItems` does not matter, and a `date-time` is compared as a time. `isSame` decides first.
 */
export function differingPaths(a: unknown, b: unknown, rules: ValueRules): readonly string[] {
  if (isTooDeep(a) || isTooDeep(b)) return [''];
  const paths: string[] = [];
  compare(a, b, { path: '', schema: rules.schema }, rules, paths);
  return paths.slice(0, MOST_PATHS);
}

interface Position {
  readonly path: string;
  readonly schema: unknown;
}

function compare(a: unknown, b: unknown, at: Position, rules: ValueRules, paths: string[]): void {
  if (paths.length >= MOST_PATHS) return;
  const decided = rules.isSame?.(a, b, at.path);
  if (decided === true) return;
  if (decided === false) {
    paths.push(at.path);
    return;
  }
  const schema = schemaAt(at.schema, rules.schema);
  if (areEqual(a, b, schema)) return;
  const place = { path: at.path, schema };
  if (isRecord(a) && isRecord(b)) compareMembers(a, b, place, rules, paths);
  else if (isList(a) && isList(b) && a.length === b.length && !isSet(schema))
    compareItems(a, b, place, rules, paths);
  else paths.push(at.path);
}

function compareItems(
  a: readonly unknown[],
  b: readonly unknown[],
  { path, schema }: { readonly path: string; readonly schema: Readonly<Record<string, unknown>> },
  rules: ValueRules,
  paths: string[],
): void {
  for (const [index, item] of a.entries())
    compare(item, b[index], { path: `${path}/${index}`, schema: schema['items'] }, rules, paths);
}

function compareMembers(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
  { path, schema }: { readonly path: string; readonly schema: Readonly<Record<string, unknown>> },
  rules: ValueRules,
  paths: string[],
): void {
  const properties = asRecord(schema['properties']);
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const member = properties[name];
    const fallback = asRecord(member)['default'];
    const place = { path: `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, schema: member };
    compare(a[name] ?? fallback, b[name] ?? fallback, place, rules, paths);
  }
}

/** Returns a schema without its reference. */
function schemaAt(schema: unknown, root: unknown): Readonly<Record<string, unknown>> {
  const own = asRecord(schema);
  return '$ref' in own && isRecord(root) ? asRecord(resolveReference(root, own)) : own;
}

const isSet = (schema: Readonly<Record<string, unknown>>): boolean => schema['uniqueItems'] === true;

function areEqual(a: unknown, b: unknown, schema: Readonly<Record<string, unknown>>): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a === 'string' && typeof b === 'string') return isSameTime(a, b, schema);
  if (isSet(schema) && isList(a) && isList(b)) return canonicalJson(sorted(a)) === canonicalJson(sorted(b));
  return canonicalJson(a) === canonicalJson(b);
}

function isSameTime(a: string, b: string, schema: Readonly<Record<string, unknown>>): boolean {
  return schema['format'] === 'date-time' && Date.parse(a) === Date.parse(b);
}

const sorted = (items: readonly unknown[]): readonly string[] => items.map(canonicalJson).sort();
