import { checkValue, type JsonSchema } from '@majordomo/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';

/** Number of random schemas. With SOAK=1, as in the nightly run, 100,000. */
const SCHEMAS = process.env['SOAK'] === undefined ? 200 : 100_000;

const OPTIONS = { strict: false, meta: false, validateSchema: false } as const;
const NAMES = ['a', 'b', 'c'] as const;
const name = fc.constantFrom(...NAMES);
const count = fc.integer({ min: 0, max: 3 });
const scalar = fc.oneof(fc.constantFrom(null, true, false, '', 'a', 'bb', '😀', 0, 1, 2, 1.5, -3));

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

/** Schemas of the keywords that core checks. */
const schema = fc.letrec<{ schema: object }>((tie) => {
  const inner = tie('schema');
  const schemas = fc.array(inner, { minLength: 1, maxLength: 3 });
  const branch = fc.oneof({ weight: 4, arbitrary: inner }, { weight: 1, arbitrary: fc.boolean() });
  const keywords = {
    type: fc.oneof(
      fc.constantFrom('null', 'boolean', 'integer', 'number', 'string', 'array', 'object'),
      fc.uniqueArray(fc.constantFrom('null', 'integer', 'string', 'array', 'object'), {
        minLength: 1,
        maxLength: 3,
      }),
    ),
    enum: fc.uniqueArray(scalar, { minLength: 1, maxLength: 4 }),
    const: scalar,
    minimum: count,
    maximum: count,
    exclusiveMinimum: count,
    exclusiveMaximum: count,
    multipleOf: fc.constantFrom(1, 2, 0.5),
    minLength: count,
    maxLength: count,
    minItems: count,
    maxItems: count,
    uniqueItems: fc.boolean(),
    prefixItems: schemas,
    items: branch,
    minProperties: count,
    maxProperties: count,
    required: fc.uniqueArray(name, { maxLength: 2 }),
    properties: fc.dictionary(name, branch, { maxKeys: 3 }),
    additionalProperties: branch,
    propertyNames: branch,
    dependentRequired: fc.dictionary(name, fc.uniqueArray(name, { maxLength: 2 }), { maxKeys: 2 }),
    dependentSchemas: fc.dictionary(name, branch, { maxKeys: 2 }),
    allOf: schemas,
    anyOf: schemas,
    oneOf: schemas,
    not: branch,
    if: branch,
    then: branch,
    else: branch,
    $ref: fc.constantFrom('#', '#/$defs/x', '#leaf'),
  };
  const names = Object.keys(keywords) as (keyof typeof keywords)[];
  const some = fc
    .uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })
    .chain((chosen) => fc.record(Object.fromEntries(chosen.map((each) => [each, keywords[each]]))));
  // Not next to other keywords: `contains` of ajv 8.20 removes the errors of `prefixItems`.
  const limits = fc.record({ contains: branch, minContains: count, maxContains: count });
  return {
    schema: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.record({ type: keywords.type }),
      some,
      limits,
    ),
  };
}).schema;

const root = fc
  .tuple(schema, fc.record({ x: schema, leaf: schema }))
  .map(([main, { x, leaf }]): object => ({ ...main, $defs: { x, leaf: { ...leaf, $anchor: 'leaf' } } }));

it(`${SCHEMAS} random schemas accept the same values as in ajv`, { timeout: 3_600_000 }, async () => {
  const verdicts = { accepted: 0, refused: 0 };
  const property = fc.asyncProperty(
    root,
    fc.array(value, { minLength: 1, maxLength: 5 }),
    async (each, values) => {
      const validate = untilStackEnds(() => new Ajv2020(OPTIONS).compile(each));
      for (const one of values) {
        const expected = untilStackEnds(() => validate?.(one));
        if (expected === undefined) continue;
        expect(!('issues' in (await checkValue(each as JsonSchema, one)))).toBe(expected);
        verdicts[expected ? 'accepted' : 'refused']++;
      }
    },
  );
  await fc.assert(property, { numRuns: SCHEMAS, seed: 75 });
  expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(SCHEMAS / 2);
});

/** Returns a result of ajv, or `undefined` if a circular reference exceeds its stack. */
function untilStackEnds<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
