import type { JsonObject, JsonValue } from '@majordomo/core';

/** Which properties may the object lack? Asked of each of thousands: the names are looked through once. */
export function optionalIn({ required }: JsonObject): (name: string) => boolean {
  const names = new Set<JsonValue>(Array.isArray(required) ? (required as readonly JsonValue[]) : []);
  return (name) => !names.has(name);
}

/** Is null a value of the schema? */
export function acceptsNull(schema: JsonValue | undefined, root: JsonObject): boolean {
  if (!isSchema(schema)) return schema !== false;
  return leavesOf(schema, root).some(
    ({ type, enum: words, const: word }) =>
      (type === undefined || type === 'null' || (Array.isArray(type) && type.includes('null'))) &&
      (!Array.isArray(words) || words.includes(null)) &&
      (word === undefined || word === null),
  );
}

/**
 * A schema without its references and alternatives: all that it comes down to, each once; none where a reference leads
 * nowhere. One that only leads to itself comes down to nothing.
 */
export function leavesOf(schema: JsonObject, root: JsonObject): readonly JsonObject[] {
  const seen = new Set<JsonObject>();
  const leaves: JsonObject[] = [];
  const open = [schema];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const { $ref: ref } = node;
    const branches = node['anyOf'] ?? node['oneOf'];
    const target = ref === undefined ? undefined : find(ref, root);
    if (target !== undefined) open.push(target);
    else if (ref === undefined && !Array.isArray(branches)) leaves.push(node);
    else if (ref === undefined) open.push(...(branches as readonly JsonValue[]).filter(isSchema));
  }
  return leaves;
}

/** Is there, however deep, a property that may be absent and may not be null? */
export function hasAbsence(
  schema: JsonValue | undefined,
  root: JsonObject,
  seen: Set<JsonObject> = new Set<JsonObject>(),
): boolean {
  if (!isSchema(schema)) return false;
  return leavesOf(schema, root).some((leaf) => {
    if (seen.has(leaf)) return false;
    seen.add(leaf);
    const { properties, items } = leaf;
    const isOptional = optionalIn(leaf);
    const isAbsent = ([name, each]: [string, JsonValue | undefined]): boolean =>
      (isOptional(name) && !acceptsNull(each, root)) || hasAbsence(each, root, seen);
    return (
      (isSchema(properties) && Object.entries(properties).some(isAbsent)) || hasAbsence(items, root, seen)
    );
  });
}

/** Is it an object, as all schemas but `true` and `false` are? */
export const isSchema = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `#`, or a name among the definitions of the root. */
function find(ref: JsonValue, root: JsonObject): JsonObject | undefined {
  if (ref === '#') return root;
  const [, kind, name] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(typeof ref === 'string' ? ref : '') ?? [];
  if (kind === undefined || name === undefined || !URI.test(name)) return undefined;
  const definitions = root[kind];
  const key = decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');
  const target = isSchema(definitions) && Object.hasOwn(definitions, key) ? definitions[key] : undefined;
  return isSchema(target) ? target : undefined;
}

/** No escape of a URI that is none. */
const URI = /^(?:[^%]|%[0-7][0-9a-f])*$/i;
