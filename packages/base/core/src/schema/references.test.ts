import { describe, expect, it } from 'vitest';
import { resolveReference } from './references.ts';
import { findIssues } from './json-schema.ts';
import { describeIssues, objectRoot } from './to-json-schema.ts';

const STRING = 'expected string, received integer';
const text = { type: 'string' };

describe('a reference', () => {
  it.each([
    ['an anchor in a definition', { $ref: '#name', $defs: { a: { $anchor: 'name', ...text } } }, STRING],
    [
      'an anchor at any depth',
      { anyOf: [{ $ref: '#name' }], properties: { a: { items: { not: { $anchor: 'name', ...text } } } } },
      'fits none of the alternatives',
    ],
    ['a dynamic anchor', { $ref: '#name', $defs: { a: { $dynamicAnchor: 'name', ...text } } }, STRING],
    ['an anchor of draft 7', { $ref: '#name', definitions: { a: { $id: '#name', ...text } } }, STRING],
    ['an unknown anchor', { $ref: '#name', $defs: { name: text } }, ''],
    ['an anchor inside an unknown keyword', { $ref: '#name', extra: { $anchor: 'name', ...text } }, ''],
    ['an anchor inside data', { $ref: '#name', $defs: { a: { const: { $anchor: 'name', ...text } } } }, ''],
    ['a property named $anchor', { $ref: '#name', properties: { $anchor: { const: 'name', ...text } } }, ''],
    ['a pointer into an unknown keyword', { $ref: '#/components/a', components: { a: text } }, STRING],
    ['a schema that is `true`', { $ref: '#/$defs/a', $defs: { a: true } }, ''],
    ['a schema that is `false`', { $ref: '#/$defs/a', $defs: { a: false } }, 'is not allowed'],
    ['a value that is not a schema', { $ref: '#/$defs/a', $defs: { a: 'string' } }, ''],
    ['a relative $id', { $ref: 'text', $defs: { a: { $id: 'text', ...text } } }, STRING],
    [
      'an absolute $id',
      {
        $id: 'https://a.example/b/c',
        $ref: 'https://a.example/b/text',
        $defs: { a: { $id: 'text', ...text } },
      },
      STRING,
    ],
    [
      'an anchor of another $id',
      { $ref: 'other#name', $defs: { a: { $id: 'other', $defs: { b: { $anchor: 'name', ...text } } } } },
      STRING,
    ],
    [
      'an anchor of an outer schema from inside another $id',
      {
        $ref: '#/$defs/a',
        $defs: { a: { $id: 'other', $ref: '#name' }, b: { $anchor: 'name', ...text } },
      },
      '',
    ],
    [
      'equal anchors of two schemas with an $id',
      {
        allOf: [{ $ref: 'one' }, { $ref: 'two' }],
        $defs: {
          one: { $id: 'one', $ref: '#name', $defs: { a: { $anchor: 'name', minimum: 5 } } },
          two: { $id: 'two', $ref: '#name', $defs: { a: { $anchor: 'name', maximum: 0 } } },
        },
      },
      'must be at least 5; must be at most 0',
    ],
    [
      'the root of the schema with an $id that contains the reference',
      { $ref: 'other', type: 'string', $defs: { a: { $id: 'other', maximum: 0, allOf: [{ $ref: '#' }] } } },
      STRING,
    ],
    ['another document', { $ref: 'https://a.example/b#/$defs/c', $defs: { c: text } }, ''],
    ['a name without an address', { $id: 'urn:a:b', $ref: 'c', $defs: { c: text } }, ''],
  ])('to %s', (_target, schema, issues) => {
    expect(describeIssues(findIssues(schema, 1))).toBe(issues);
  });

  it.each([
    { $ref: '#name' },
    { $ref: 'other' },
    { $ref: 'https://a.example/b' },
    { $ref: '#/$defs/none' },
    { $ref: 1 },
  ])('without a target leaves the result undecided: %j', (unknown) => {
    for (const schema of [
      unknown,
      { not: unknown },
      { oneOf: [unknown, true] },
      { oneOf: [unknown, {}, false] },
      { anyOf: [false, unknown] },
      { if: unknown, then: false, else: false },
    ])
      expect(findIssues(schema, 1)).toEqual([]);
    expect(findIssues({ contains: unknown, maxContains: 0 }, [1])).toEqual([]);
    expect(findIssues({ contains: unknown, minContains: 2 }, [1])).toHaveLength(1);
  });

  it('has no target for a schema whose $id is ambiguous', () => {
    const inner = { $ref: '#/$defs/a' };
    const root = { extra: { inner }, $defs: { a: text, b: { $id: 'other' } } };
    expect(resolveReference(root, inner)).toBeUndefined();
  });

  it('ends in a schema that contains itself, or that is nested 100,000 levels deep', () => {
    const circular: Record<string, unknown> = { $ref: '#name' };
    circular['not'] = circular;
    const deep: unknown = JSON.parse(`${'{"not":'.repeat(100_000)}{}${'}'.repeat(100_000)}`);
    expect(findIssues(circular, 1)).toEqual([]);
    expect(findIssues({ $ref: '#name', $defs: { deep } }, 1)).toEqual([]);
  });
});

describe('the object around a schema', () => {
  const wrapped = (schema: object, value: unknown): string =>
    describeIssues(findIssues(objectRoot(schema as never).schema, { value }));

  it.each([
    ['the root', { type: 'array', items: { $ref: '#' } }],
    ['an anchor', { type: 'array', items: { $ref: '#name' }, $anchor: 'name' }],
    ['the $id of the root', { $id: 'list', type: 'array', items: { $ref: 'list' } }],
    [
      'a part of the root',
      { type: 'array', prefixItems: [{ type: 'array' }], items: { $ref: '#/prefixItems/0' } },
    ],
    [
      'a definition',
      { $id: 'list', type: 'array', items: { $ref: '#/$defs/a' }, $defs: { a: { type: 'array' } } },
    ],
    [
      'the root of an inner $id',
      {
        type: 'array',
        items: { $ref: 'inner' },
        $defs: { a: { $id: 'inner', type: 'array', items: { $ref: '#' } } },
      },
    ],
  ])('retains a reference to %s', (_target, schema) => {
    expect(wrapped(schema, [[], []])).toBe('');
    expect(wrapped(schema, [[], 1])).toBe('value[1]: expected array, received integer');
  });
});
