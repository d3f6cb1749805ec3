import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheJson, stringifyList, wellFormedJson } from './transcript.ts';

describe('stringifyList', () => {
  it('returns the same string as JSON.stringify', () => {
    for (const list of [[], [1], ['a', null, undefined, { b: [true] }], [[], {}], [() => 1]]) {
      expect(stringifyList(list)).toBe(JSON.stringify(list));
      expect(
        stringifyList(list.map((one) => (typeof one === 'object' && one !== null ? cacheJson(one) : one))),
      ).toBe(JSON.stringify(list));
    }
  });

  it('serializes marked objects once and others every time', () => {
    let times = 0;
    const counted = { toJSON: () => ++times };
    expect([stringifyList([counted]), stringifyList([counted])]).toEqual(['[1]', '[2]']);
    cacheJson(counted);
    expect([stringifyList([counted]), stringifyList([0, counted])]).toEqual(['[3]', '[0,3]']);
  });

  it('replaces lone surrogates, also in cached text', () => {
    const list = [cacheJson({ text: 'a\ud83d' }), { text: '\ude00' }];
    for (const text of [stringifyList(list), stringifyList(list)]) {
      expect(JSON.parse(text)).toEqual([{ text: 'a\ufffd' }, { text: '\ufffd' }]);
    }
  });
});

it('wellFormedJson replaces lone surrogates in any string', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('\\', 'u', 'd', '8', '3', '"', '\ud83d', '\ude00', 'a') }),
      (input) => {
        expect(JSON.parse(wellFormedJson(JSON.stringify(input)))).toBe(Buffer.from(input).toString());
      },
    ),
    { numRuns: process.env['SOAK'] === undefined ? 200 : 2000, seed: 20_261_120 },
  );
});
