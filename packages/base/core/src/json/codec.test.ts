import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { image, user } from '../types/messages.ts';
import { fromBase64, toBase64 } from '../util/bytes.ts';
import { parseArguments } from './arguments.ts';
import { canonicalJson, fromJson, toJson } from './codec.ts';

describe('transcripts as JSON', () => {
  it('preserve bytes through JSON.stringify', () => {
    const messages = [user('what is this?', image(new Uint8Array([137, 80, 255, 0])))];
    const stored = JSON.stringify(toJson(messages));
    expect(stored).toContain('{"$bytes":"iVD/AA=="}');
    expect(fromJson(JSON.parse(stored))).toEqual(messages);
  });

  it('preserve objects that resemble encoded bytes', () => {
    for (const value of [{ $bytes: 'AA==' }, { $$bytes: 1 }, { a: { $bytes: 'x' } }, { $bytes: 1, b: 2 }]) {
      expect(fromJson(JSON.parse(JSON.stringify(toJson(value))))).toEqual(value);
    }
  });

  it('preserve random JSON with bytes', () => {
    const key = fc.oneof(fc.constantFrom('$bytes', '$$bytes', 'a'), fc.string({ maxLength: 5 }));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.uint8Array({ maxLength: 9 }),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const box = { value };
        expect(fromJson(JSON.parse(JSON.stringify(toJson(box))))).toEqual(box);
      }),
      { numRuns: process.env['SOAK'] === undefined ? 200 : 2000, seed: 20_261_120 },
    );
  });

  it('encode megabytes', () => {
    const bytes = new Uint8Array(3_000_000).map((_, at) => at % 251);
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  });
});

describe('tool arguments', () => {
  it.each([
    ['', {}],
    ['  ', {}],
    ['{"a":1}', { a: 1 }],
  ])('%j are %o', (text, args) => {
    expect(parseArguments(text)).toEqual({ args });
  });

  it.each(['[1]', '"x"', 'null', '3', '{"a":', '{"a":"cut', '{"a":NaN}'])(
    '%s is refused, never guessed',
    (text) => {
      expect(parseArguments(text)).toEqual({ args: {}, invalid: { raw: text } });
    },
  );
});

describe('canonicalJson', () => {
  const json = (value: unknown): string => canonicalJson(value, (bytes) => `hash of ${bytes.length}`);

  it('is equal for other orders of members and for absent members', () => {
    expect(json({ b: [{ d: 1, c: 2 }], a: undefined })).toBe(json({ b: [{ c: 2, d: 1 }] }));
    expect(json({ a: 1 })).not.toBe(json({ a: '1' }));
  });

  it('replaces bytes with their hash and keeps values with toJSON', () => {
    expect(json([new Uint8Array(3), new Date(0)])).toBe(
      '[{"sha256":"hash of 3"},"1970-01-01T00:00:00.000Z"]',
    );
  });

  it('rejects an instance of a class', () => {
    expect(() => json({ a: new Map() })).toThrow(expect.objectContaining({ kind: 'config' }));
  });
});
