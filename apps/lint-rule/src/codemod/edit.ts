import type * as ESTree from 'estree';
import { keyName, type Node } from '../ast/node.ts';

/** Replacement of a range of text. The edits of a rewrite do not overlap. */
export interface Edit {
  readonly range: readonly [number, number];
  readonly text: string;
}

/** Returns the range of a node. Linters set it on every node, but its type is optional. */
export function rangeOf(node: Node): readonly [number, number] {
  return node.range ?? [0, 0];
}

/** Replaces everything in `outer` before and after `inner`. */
export function replaceAround(outer: Node, inner: Node, before: string, after: string): readonly Edit[] {
  const [start, end] = rangeOf(outer);
  const [innerStart, innerEnd] = rangeOf(inner);
  return [
    { range: [start, innerStart], text: before },
    { range: [innerEnd, end], text: after },
  ];
}

/** Returns the properties of an object literal by name. Returns undefined for spreads, methods, computed or repeated names. */
export function plainProperties(
  object: ESTree.ObjectExpression,
): ReadonlyMap<string, ESTree.Property> | undefined {
  const properties = new Map<string, ESTree.Property>();
  for (const property of object.properties) {
    if (property.type !== 'Property' || property.kind !== 'init' || property.method) return undefined;
    const name = keyName(property.key, property.computed);
    if (name === undefined || properties.has(name)) return undefined;
    properties.set(name, property);
  }
  return properties;
}

/** Removes a property and the comma after or before it. */
export function removeProperty(object: ESTree.ObjectExpression, property: ESTree.Property): Edit {
  const at = object.properties.indexOf(property);
  const next = object.properties[at + 1];
  const previous = object.properties[at - 1];
  if (next !== undefined) return { range: [rangeOf(property)[0], rangeOf(next)[0]], text: '' };
  const start = previous === undefined ? rangeOf(property)[0] : rangeOf(previous)[1];
  return { range: [start, rangeOf(property)[1]], text: '' };
}

export function renameProperty(property: ESTree.Property, to: string): readonly Edit[] {
  const name = keyName(property.key, property.computed);
  if (name === to) return [];
  if (property.shorthand) return [{ range: [rangeOf(property)[0], rangeOf(property)[0]], text: `${to}: ` }];
  return [{ range: rangeOf(property.key), text: to }];
}
