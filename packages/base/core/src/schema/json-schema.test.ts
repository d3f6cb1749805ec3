import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findIssues } from './json-schema.ts';
import { describeIssues } from './to-json-schema.ts';

const tree = {
  $ref: '#/$defs/node',
  $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' }, n: { type: 'integer' } } } },
};

describe('findIssues', () => {
  it.each([
    [{ type: 'string' }, 'a', ''],
    [{ type: 'string' }, 1, 'expected string, received integer'],
    [{ type: ['string', 'null'] }, null, ''],
    [{ type: 'number' }, 1, ''],
    [{ type: 'integer' }, 1.5, 'expected integer, received number'],
    [{ enum: ['a', { b: 1, c: 2 }] }, { c: 2, b: 1 }, ''],
    [{ enum: ['a', 'b'] }, 'c', 'must be "a" or "b"'],
    [{ const: 1 }, 2, 'must be 1'],
    [{ minimum: 1, maximum: 3, multipleOf: 0.1 }, 1.3, ''],
    [{ minimum: 1 }, 0, 'must be at least 1'],
    [{ exclusiveMaximum: 1 }, 1, 'must be below 1'],
    [{ multipleOf: 2 }, 3, 'must be a multiple of 2'],
    [{ multipleOf: 0.1 }, 12_345_678.9, ''],
    [{ multipleOf: 0.5 }, 1e308, ''],
    [{ multipleOf: 0.123456789 }, 1e308, 'must be a multiple of 0.123456789'],
    [{ enum: [1, 2], const: 2 }, 1, 'must be 2'],
    [{ type: ['any', 'null'] }, 1, ''],
    [{ not: { minimum: 5, exclusiveMinimum: true } }, 5, ''],
    [{ minLength: 2 }, '😀', 'length must be at least 2'],
    [{ pattern: '^a+$' }, 'ab', ''],
    [{ pattern: '^a+$', minLength: 3 }, 'ab', 'length must be at least 3'],
    [
      { type: 'array', items: { type: 'number' } },
      [1, 'x', true],
      '[1]: expected number, received string; [2]: expected number, received boolean',
    ],
    [{ prefixItems: [{ type: 'string' }], items: false }, ['a', 1], '[1]: is not allowed'],
    [
      { minItems: 1, uniqueItems: true },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      'items must differ',
    ],
    [{ required: ['a'], properties: { a: { type: 'string' } } }, {}, 'a: is required'],
    [{ properties: { a: {} }, additionalProperties: false }, { a: 1, b: 2 }, 'b: is not allowed'],
    [{ additionalProperties: { type: 'number' } }, { b: 'x' }, 'b: expected number, received string'],
    [{ patternProperties: { '^x': { type: 'number' } }, additionalProperties: false }, { y: 'a' }, ''],
    [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, true, 'fits none of the alternatives'],
    [{ oneOf: [{ type: 'number' }, { type: 'integer' }] }, 1, 'must fit exactly one of the alternatives'],
    [{ allOf: [{ type: 'number' }, { minimum: 5 }] }, 4, 'must be at least 5'],
    [{ not: { type: 'null' } }, null, 'fits the "not" schema'],
    [{ not: { pattern: '^a' } }, 'b', ''],
    [{ not: { anyOf: [{ pattern: '^a' }, { type: 'null' }] } }, 'b', ''],
    [{ not: { properties: { a: { pattern: '^a' } } } }, { a: 'b' }, ''],
    [{ not: { patternProperties: { '^x': {} } } }, {}, ''],
    [{ oneOf: [{ format: 'ipv4' }, { format: 'ipv6' }] }, '::1', ''],
    [
      { oneOf: [{ type: 'string', pattern: '^a' }, { type: 'number' }] },
      true,
      'must fit exactly one of the alternatives',
    ],
    [{ anyOf: [{ pattern: '^a' }, { type: 'number' }] }, 'b', ''],
    [tree, { next: { next: { n: 1 } } }, ''],
    [tree, { next: { next: { n: 'x' } } }, 'next.next.n: expected integer, received string'],
    [{ $ref: '#' }, 1, ''],
    [{ $ref: 'https://example.com/a' }, 1, ''],
    [
      {
        properties: { 'a~/b': { type: 'string' } },
        allOf: [{ properties: { c: { $ref: '#/properties/a~0~1b' } } }],
      },
      { c: 1 },
      'c: expected string, received integer',
    ],
    [{ properties: { constructor: { type: 'string' } } }, {}, ''],
    [{ minProperties: 1 }, {}, 'number of properties must be at least 1'],
    [{ maxProperties: 1 }, { a: 1, b: 2 }, 'number of properties must be at most 1'],
    [{ propertyNames: { maxLength: 2 } }, { abc: 1 }, 'abc: does not fit the "propertyNames" schema'],
    [{ propertyNames: { pattern: '^x' } }, { abc: 1 }, ''],
    [{ dependentRequired: { a: ['b', 'constructor'] } }, { b: 1 }, ''],
    [{ dependentRequired: { a: ['b', 'c'] } }, { a: 1, c: 1 }, 'b: is required with a'],
    [{ dependentSchemas: { a: { required: ['b'] } } }, { a: 1 }, 'b: is required'],
    [{ dependentSchemas: { toString: false } }, {}, ''],
    [{ contains: { const: 1 } }, [2], 'number of items that fit the "contains" schema must be at least 1'],
    [{ contains: { const: 1 }, minContains: 0 }, [], ''],
    [
      { contains: { const: 1 }, minContains: 2, maxContains: 2 },
      [1, 1, 1],
      'number of items that fit the "contains" schema must be 2 to 2',
    ],
    [{ contains: { pattern: '^a' }, maxContains: 1 }, ['b', 'c'], ''],
    [
      { contains: { type: 'string', pattern: '^a' } },
      [1],
      'number of items that fit the "contains" schema must be at least 1',
    ],
    [{ if: { const: 1 }, then: false, else: { type: 'string' } }, 1, 'is not allowed'],
    [{ if: { const: 1 }, then: false, else: { type: 'string' } }, 2, 'expected string, received integer'],
    [{ if: { pattern: '^a' }, then: false, else: false }, 'b', ''],
    [{ if: false, then: false }, 1, ''],
    [{ then: false, else: false }, 1, ''],
    [{ format: 'email', unknown: 1 }, 'x', ''],
  ])('of %j and %j returns %j', (schema, value, issues) => {
    expect(describeIssues(findIssues(schema, value))).toBe(issues);
  });

  it('ends for a schema that only refers to itself', () => {
    expect(findIssues({ oneOf: [{ $ref: '#' }, { $ref: '#' }] }, {})).toEqual([]);
  });

  it('ends for a value of 100,000 levels', () => {
    const value: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(describeIssues(findIssues({ items: { $ref: '#' } }, value))).toBe(
      'is nested more than 500 levels deep',
    );
  });
});

describe('an undecided keyword', () => {
  it.each([
    [{ pattern: '^a' }, 'b'],
    [{ format: 'ipv4' }, 'b'],
    [{ format: 'int32' }, 1],
    [{ patternProperties: { '^a': false } }, { b: 1 }],
    [{ unevaluatedProperties: false }, { b: 1 }],
    [{ dependencies: { b: ['a'] } }, { b: 1 }],
    [{ unevaluatedItems: false }, [1]],
    [{ items: [{ type: 'string' }] }, [1]],
    [{ $dynamicRef: '#a' }, 1],
    [{ type: 'any' }, 1],
  ])('%j rejects no value', (keyword, value) => {
    for (const schema of [
      keyword,
      { not: keyword },
      { not: { not: keyword } },
      { oneOf: [keyword, {}] },
      { oneOf: [false, keyword] },
      { not: { anyOf: [false, keyword] } },
      { if: keyword, then: false },
      { if: keyword, else: false },
      { not: { if: keyword, then: {}, else: false } },
    ])
      expect(findIssues(schema, value)).toEqual([]);
    expect(findIssues({ contains: keyword, maxContains: 0 }, [value])).toEqual([]);
    expect(findIssues({ not: { contains: keyword } }, [value])).toEqual([]);
  });

  it('does not affect a result that it cannot change', () => {
    const unknown = { $ref: 'https://example.com/a' };
    for (const schema of [
      { not: { anyOf: [unknown, true] } },
      { not: { not: { allOf: [unknown, false] } } },
      { oneOf: [true, unknown, true] },
      { not: { anyOf: [{ not: { allOf: [unknown, false] } }] } },
    ])
      expect(findIssues(schema, 1)).toHaveLength(1);
  });

  it('after 16 references rejects no value', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [n, n === 19 ? { type: 'string' } : { $ref: `#/$defs/${n + 1}` }]),
    );
    expect(findIssues({ not: { $ref: '#/$defs/0' }, $defs }, 1)).toEqual([]);
  });

  it('rejects no value that fits for one of its possible results', () => {
    const unknown = { $ref: 'https://example.com/a' };
    const { schema } = fc.letrec<{ schema: unknown }>((tie) => {
      const one = tie('schema');
      const list = fc.array(one, { minLength: 1, maxLength: 3 });
      const nested = fc.oneof(
        fc.record({ not: one }),
        fc.record({ anyOf: list }),
        fc.record({ oneOf: list }),
        fc.record({ allOf: list }),
        fc.record({ if: one, then: one, else: one }),
        fc.record({ contains: one, minContains: fc.nat(2), maxContains: fc.nat(2) }),
        fc.record({ items: one }),
        fc.record({ propertyNames: one, additionalProperties: one }),
        fc.record({ dependentSchemas: fc.record({ a: one }) }),
      );
      const leaf = fc.constantFrom<unknown>(
        unknown,
        unknown,
        true,
        false,
        { type: 'array' },
        { type: 'object' },
      );
      return { schema: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, nested) };
    });
    const value = fc.constantFrom<unknown>(1, [], [1], [[1], {}], {}, { a: 1 }, { a: [], b: {} });
    const decided = (node: unknown, next: () => boolean): unknown => {
      if (typeof node !== 'object' || node === null) return node;
      if (node === unknown) return next();
      if (Array.isArray(node)) return node.map((each) => decided(each, next));
      return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, decided(each, next)]));
    };
    fc.assert(
      fc.property(schema, value, fc.infiniteStream(fc.boolean()), (undecided, each, results) => {
        const known = decided(undecided, () => results.next().value);
        if (findIssues({ allOf: [known] }, each).length > 0) return;
        expect(findIssues({ allOf: [undecided] }, each)).toEqual([]);
      }),
      { numRuns: process.env['SOAK'] === undefined ? 500 : 5000, seed: 20_261_125 },
    );
  });
});

it('describes ten issues and counts the rest', () => {
  const issues = Array.from({ length: 12 }, (_, n) => ({ path: [n], message: 'bad' }));
  expect(describeIssues(issues)).toMatch(/\[9\]: bad; and 2 more$/);
});

describe('the work of a check', () => {
  const node = (op: string) => ({
    type: 'object',
    properties: { op: { const: op }, args: { type: 'array', items: { $ref: '#/$defs/node' } } },
    required: ['op'],
  });
  const nestedArgs = { args: { items: { $ref: '#/$defs/node' } } };
  const nested = (depth: number, op = 'not'): unknown =>
    depth === 0 ? { op } : { op: 'not', args: [nested(depth - 1, op)] };
  const recursive = (branches: object): object => ({ $ref: '#/$defs/node', $defs: { node: branches } });
  /** Counts the reads of keys. A schema reads the keys each time it checks a value, so the count measures the work. */
  const counted = (value: unknown): { readonly value: unknown; readonly reads: () => number } => {
    let reads = 0;
    const watch = (inner: unknown): unknown =>
      typeof inner !== 'object' || inner === null
        ? inner
        : new Proxy(
            Array.isArray(inner)
              ? inner.map(watch)
              : Object.fromEntries(Object.entries(inner).map(([key, member]) => [key, watch(member)])),
            { ownKeys: (target) => (reads++, Reflect.ownKeys(target)) },
          );
    return { value: watch(value), reads: () => reads };
  };

  it.each([
    ['oneOf distinguished by a const', recursive({ oneOf: [node('and'), node('or'), node('not')] })],
    ['anyOf distinguished by a const', recursive({ anyOf: [node('and'), node('or'), node('not')] })],
    [
      'anyOf whose branches cannot be distinguished',
      recursive({
        anyOf: ['a', 'b', 'c'].map((title) => ({
          title,
          properties: { op: { const: 'none' }, ...nestedArgs },
          required: ['op'],
        })),
      }),
    ],
    ['oneOf whose branches all fit', recursive({ oneOf: [1, 2, 3].map(() => ({ properties: nestedArgs })) })],
    [
      'allOf with the same schema twice',
      recursive({ allOf: [1, 2].map(() => ({ properties: nestedArgs })) }),
    ],
    ['not', recursive({ not: { not: { properties: nestedArgs } } })],
  ])('is linear in the value: %s', (_what, schema) => {
    const readsAt = (depth: number): number => {
      const { value, reads } = counted(nested(depth));
      findIssues(schema, value);
      return reads();
    };
    expect(readsAt(200)).toBeLessThan(readsAt(100) * 2.5);
  });

  it('reports issues below nested alternatives', () => {
    const schema = recursive({ oneOf: [node('and'), node('or'), node('not')] });
    expect(findIssues(schema, nested(150))).toEqual([]);
    expect(findIssues(schema, nested(150, 'xor'))).toEqual([
      { path: [], message: 'must fit exactly one of the alternatives' },
    ]);
  });

  it('has a limit', () => {
    const loop = recursive({ oneOf: Array.from({ length: 8 }, () => ({ $ref: '#/$defs/node' })) });
    expect(findIssues(loop, 1)).toEqual([{ path: [], message: 'takes too long to check' }]);
  });

  it('is skipped for a value that is nested too deeply', () => {
    const deep: unknown = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000));
    for (const schema of [{ const: 1 }, { enum: [[]] }, { uniqueItems: true }, { items: { $ref: '#' } }])
      expect(findIssues({ type: 'object', properties: { a: schema } }, { a: [deep, 1] })).toEqual([
        { path: [], message: 'is nested more than 500 levels deep' },
      ]);
  });

  it('reports equal values at each position', () => {
    expect(describeIssues(findIssues({ items: { type: 'string' } }, [1, 1]))).toBe(
      '[0]: expected string, received integer; [1]: expected string, received integer',
    );
  });

  it('ignores a reference that is not a URI', () => {
    expect(findIssues({ properties: { a: { $ref: '#/%' } } }, { a: 1 })).toEqual([]);
    const named = { $ref: '#/$defs/100%', $defs: { '100%': { type: 'string' } } };
    expect(describeIssues(findIssues(named, 1))).toBe('expected string, received integer');
  });
});
