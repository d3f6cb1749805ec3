import type { JsonObject, Warning } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { toObjectRoot } from './root.ts';
import { prepareTools } from './strict-tools.ts';

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
  it('is unchanged if it is an object with properties', () => {
    expect(toObjectRoot(file).schema).toBe(file);
  });

  it('gets properties without being closed', () => {
    expect(toObjectRoot({ type: 'object' })).toEqual({
      schema: { type: 'object', properties: {} },
      dropped: [],
      listsNoProperties: true,
    });
    expect(toObjectRoot({ type: 'object', additionalProperties: text }).schema).toEqual({
      type: 'object',
      properties: {},
      additionalProperties: text,
    });
  });

  it.each(['anyOf', 'oneOf'])(
    'joins the objects of %s and describes which properties belong together',
    (keyword) => {
      expect(toObjectRoot({ description: 'What to read.', [keyword]: [file, url] })).toEqual({
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
        dropped: [keyword],
      });
    },
  );

  it('keeps the properties next to alternatives, and closes it if all alternatives are closed', () => {
    const closed = { additionalProperties: false };
    const alternatives = [object({ a: text }, ['a'], closed), object({ a: { type: 'number' } }, [], closed)];
    expect(toObjectRoot(object({ id: text }, ['id'], { anyOf: alternatives })).schema).toEqual({
      description: '(id, a or id)',
      type: 'object',
      properties: { id: text, a: { anyOf: [text, { type: 'number' }] } },
      required: ['id'],
      additionalProperties: false,
    });
  });

  it('follows references, and keeps the definitions', () => {
    const $defs = { file, url };
    expect(toObjectRoot({ $ref: '#/$defs/file', $defs })).toEqual({
      schema: { $defs, ...file },
      dropped: [],
    });
    expect(
      toObjectRoot({ anyOf: [{ $ref: '#/$defs/file' }, { $ref: '#/$defs/url' }], $defs }).schema,
    ).toMatchObject({ $defs, required: ['kind'] });
  });

  it('follows references to anchors', () => {
    const $defs = { a: { ...file, $anchor: 'file' }, b: { ...url, $anchor: 'url' } };
    expect(toObjectRoot({ $ref: '#file', $defs }).schema).toEqual({ $defs, ...file });
    expect(toObjectRoot({ anyOf: [{ $ref: '#file' }, { $ref: '#url' }], $defs })).toMatchObject({
      schema: { required: ['kind'] },
      dropped: ['anyOf'],
    });
  });

  it('joins allOf', () => {
    expect(toObjectRoot({ allOf: [object({ a: text }, ['a']), object({ b: text }, ['b'])] }).schema).toEqual(
      object({ a: text, b: text }, ['a', 'b']),
    );
  });

  it('loses `not` with a warning, also if it has no alternatives', () => {
    expect(toObjectRoot({ ...file, not: { required: ['url'] } })).toEqual({ schema: file, dropped: ['not'] });
  });

  it('is an object for any schema, and strict mode does not close it', () => {
    for (const schema of [text, {}, { anyOf: [text] }, { $ref: '#/$defs/none' }])
      expect(toObjectRoot(schema)).toEqual({
        schema: { type: 'object', properties: {} },
        dropped: ['root'],
        listsNoProperties: true,
      });
    expect(toObjectRoot({ anyOf: [{ type: 'object' }, text] })).toMatchObject({ listsNoProperties: true });
  });
});

it.each(['complete', 'plain'] as const)(
  'a tool that lists no properties is not strict (%s)',
  (toolSchemas) => {
    const warnings: Warning[] = [];
    const tool = { name: 'look', description: 'Looks.', parameters: { type: 'object' } };
    const request = { messages: [], tools: [tool], output: undefined, extra: {} };
    const { tools } = prepareTools(request, { toolSchemas, strictTools: true }, warnings);
    expect(tools[0]).toMatchObject({ parameters: { type: 'object', properties: {} } });
    expect(tools[0]?.strict).toBeUndefined();
    expect(warnings).toMatchObject([
      { what: 'strict for the schema of look', why: 'strict mode cannot express a root without properties' },
    ]);
  },
);
