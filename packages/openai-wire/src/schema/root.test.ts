import type { JsonObject } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { rooted } from './root.ts';
import { toStrict } from './strict.ts';

const text: JsonObject = { type: 'string' };
const object = (properties: JsonObject, required: readonly string[], more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  required,
  ...more,
});
const file = object({ kind: { const: 'file' }, path: text }, ['kind', 'path']);
const url = object({ kind: { const: 'url' }, url: text, depth: { type: 'number' } }, ['kind', 'url']);

describe('the root of a tool’s schema', () => {
  it('is left alone where it is an object with properties', () => {
    expect(rooted(file).schema).toBe(file);
  });

  it('has properties, and is not closed by that', () => {
    const { schema, lost } = rooted({ type: 'object' });
    expect([schema, lost]).toEqual([{ type: 'object', properties: {} }, []]);
    expect(toStrict(schema)).toHaveProperty('why');
    expect(rooted({ type: 'object', additionalProperties: text }).schema).toEqual({
      type: 'object',
      properties: {},
      additionalProperties: text,
    });
  });

  it.each(['anyOf', 'oneOf'])('joins the objects of %s, and says what goes together', (keyword) => {
    expect(rooted({ description: 'What to read.', [keyword]: [file, url] })).toEqual({
      schema: {
        description: 'What to read. (kind "file", path or kind "url", url)',
        type: 'object',
        properties: {
          kind: { type: 'string', enum: ['file', 'url'] },
          path: text,
          url: text,
          depth: { type: 'number' },
        },
        required: ['kind'],
      },
      lost: [keyword],
    });
  });

  it('keeps the properties beside alternatives, and closes what all of them close', () => {
    const closed = { additionalProperties: false };
    const alternatives = [object({ a: text }, ['a'], closed), object({ a: { type: 'number' } }, [], closed)];
    expect(rooted(object({ id: text }, ['id'], { anyOf: alternatives })).schema).toEqual({
      description: '(id, a or id)',
      type: 'object',
      properties: { id: text, a: { anyOf: [text, { type: 'number' }] } },
      required: ['id'],
      additionalProperties: false,
    });
  });

  it('follows references, and keeps the definitions', () => {
    const $defs = { file, url };
    expect(rooted({ $ref: '#/$defs/file', $defs })).toEqual({
      schema: { $defs, ...file },
      lost: [],
    });
    expect(
      rooted({ anyOf: [{ $ref: '#/$defs/file' }, { $ref: '#/$defs/url' }], $defs }).schema,
    ).toMatchObject({ $defs, required: ['kind'] });
  });

  it('is all of allOf', () => {
    expect(rooted({ allOf: [object({ a: text }, ['a']), object({ b: text }, ['b'])] }).schema).toEqual(
      object({ a: text, b: text }, ['a', 'b']),
    );
  });

  it('is an object even where the schema is not one', () => {
    for (const schema of [text, {}, { anyOf: [text] }, { $ref: '#/$defs/none' }])
      expect(rooted(schema)).toEqual({ schema: { type: 'object', properties: {} }, lost: ['root'] });
  });
});
