import type { JsonObject, JsonValue } from '@majordomo/core';
import fc, { type Arbitrary } from 'fast-check';
import { leavesOf } from '../src/schema/absence.ts';
import { NullFilter } from '../src/schema/null-filter.ts';

const NAMES = ['a', 'b', 'null', 'x"y', 'required', '__proto__'];
const DEFINITIONS = ['leaf', 'list', 'node'];

const scalar: Arbitrary<JsonObject> = fc.constantFrom<JsonObject[]>(
  { type: 'string' },
  { type: 'number', description: 'n' },
  { type: 'integer', minimum: 0 },
  { type: 'boolean', default: true },
  { type: 'null' },
  { type: ['string', 'null'] },
  { enum: ['x', 'null', 3] },
  { type: 'string', const: 'x' },
  ...DEFINITIONS.map((name) => ({ $ref: `#/$defs/${name}` })),
);

const { inner } = fc.letrec<{ inner: JsonObject }>((tie) => ({
  inner: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    objectOf(tie('inner')),
    tie('inner').map((items) => ({ type: 'array', items })),
    fc.tuple(scalar, tie('inner')).map(([a, b]) => ({ anyOf: [a, b], description: 'either' })),
  ),
}));

function objectOf(property: Arbitrary<JsonObject>): Arbitrary<JsonObject> {
  return fc
    .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), property, fc.boolean()), {
      minLength: 1,
      maxLength: 4,
      selector: ([name]) => name,
    })
    .map((members) => ({
      type: 'object',
      properties: Object.fromEntries(members.map(([name, schema]) => [name, schema])),
      required: members.flatMap(([name, , isRequired]) => (isRequired ? [name] : [])),
    }));
}

/** Schemas, most of which the strict subset can express. */
export const anySchema: Arbitrary<JsonObject> = fc
  .tuple(objectOf(inner), objectOf(inner), inner)
  .map(([root, node, item]) => ({
    ...root,
    $defs: {
      leaf: { type: 'object', properties: { a: { type: 'string' }, b: { type: ['number', 'null'] } } },
      list: { type: 'array', items: item },
      node,
    },
  }));

/** Returns a generator of numbers from 0 to below 1. The same seed results in the same numbers. */
export function randoms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Returns a value of a strict schema, or `undefined` if the schema requires itself infinitely. */
export function valueOf(schema: JsonObject, random: () => number): JsonValue | undefined {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const make = (node: JsonObject, depth: number): JsonValue => {
    if (depth > 20) throw new RangeError('endless');
    const leaves = leavesOf(node, schema);
    const small = depth > 4 ? leaves.filter(({ type }) => type !== 'object' && type !== 'array') : [];
    const { type, enum: words, const: word, properties, items } = pick(small.length > 0 ? small : leaves);
    if (word !== undefined) return word;
    if (Array.isArray(words)) return pick<JsonValue>(words);
    switch (pick<JsonValue | undefined>(Array.isArray(type) ? type : [type])) {
      case 'object':
        return Object.fromEntries(
          Object.entries(properties as JsonObject).map(([name, each]) => [
            name,
            make(each as JsonObject, depth + 1),
          ]),
        );
      case 'array':
        return depth > 4
          ? []
          : Array.from({ length: pick([0, 1, 2, 3]) }, () => make(items as JsonObject, depth + 1));
      case 'string':
        return pick(['', 'null', '{"a": null}', '\\"', ',}']);
      case 'boolean':
        return pick([true, false]);
      case 'null':
        return null;
      default:
        return pick([0, 1, 20]);
    }
  };
  try {
    return make(schema, 0);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Returns the output of the filter for the text in random chunks. */
export function filterInChunks(text: string, schema: JsonObject, random: () => number): string {
  const filter = new NullFilter(schema);
  let out = '';
  for (let at = 0; at < text.length;) {
    const end = at + 1 + Math.floor(random() * 5);
    out += filter.push(text.slice(at, end));
    at = end;
  }
  return out + filter.end();
}
