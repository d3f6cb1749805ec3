import type { JsonObject, JsonValue } from '@majordomo/core';
import { isRecord, resolveReference } from '@majordomo/core/toolkit';

// In OpenAI's strict subset, every property is required. An optional property that must not be null becomes nullable there, and null
// then means that the property is absent.

/** Returns a function that reports whether a property of an object with this schema is optional. */
export function optionalIn({ required }: JsonObject): (name: string) => boolean {
  const names = new Set<JsonValue>(Array.isArray(required) ? (required as readonly JsonValue[]) : []);
  return (name) => !names.has(name);
}

/** Whether the schema allows null. */
export function acceptsNull(schema: JsonValue | undefined, root: JsonObject): boolean {
  // A missing schema and the schema `true` allow every value.
  if (!isSchema(schema)) return schema !== false;
  return leavesOf(schema, root).some(({ type, enum: values, const: value }) => {
    const isAllowedByType =
      type === undefined || type === 'null' || (Array.isArray(type) && type.includes('null'));
    const isAllowedByEnum = !Array.isArray(values) || values.includes(null);
    const isAllowedByConst = value === undefined || value === null;
    return isAllowedByType && isAllowedByEnum && isAllowedByConst;
  });
}

/** Resolves references and alternatives to a list of schemas without duplicates. Omits references without a target. */
export function leavesOf(schema: JsonObject, root: JsonObject): readonly JsonObject[] {
  const seen = new Set<JsonObject>();
  const leaves: JsonObject[] = [];
  const pending = [schema];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const { $ref: ref } = node;
    const branches = node['anyOf'] ?? node['oneOf'];
    const target = resolveReference(root, node);
    if (isRecord(target)) pending.push(target as JsonObject);
    else if (ref === undefined && !Array.isArray(branches)) leaves.push(node);
    else if (ref === undefined) pending.push(...(branches as readonly JsonValue[]).filter(isSchema));
  }
  return leaves;
}

/** Whether the schema contains, at any depth, an optional property that must not be null. */
export function hasOptionalNonNull(
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
    const members = isSchema(properties) ? Object.entries(properties) : [];
    return (
      members.some(([name, member]) => isOptional(name) && !acceptsNull(member, root)) ||
      members.some(([, member]) => hasOptionalNonNull(member, root, seen)) ||
      hasOptionalNonNull(items, root, seen)
    );
  });
}

/** Whether the value is a schema object, as opposed to the schemas `true` and `false`. */
export const isSchema = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
