import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheJson, listJson, wellFormed } from './transcript.ts';

describe('the JSON of a list', () => {
  it('is that of JSON.stringify', () => {
    for (const list of [[], [1], ['a', null, undefined, { b: [true] }], [[], {}], [() => 1]]) {
      expect(listJson(list)).toBe(JSON.stringify(list));
      expect(
        listJson(list.map((one) => (typeof one === 'object' && one !== null ? cacheJson(one) : one))),
      ).toBe(JSON.stringify(list));
    }
  });

  it('serialises what is kept once, and everything else every time', () => {
    let times = 0;
    const counted = { toJSON: () => ++times };
    expect([listJson([counted]), listJson([counted])]).toEqual(['[1]', '[2]']);
    cacheJson(counted);
    expect([listJson([counted]), listJson([0, counted])]).toEqual(['[3]', '[0,3]']);
  });

  it('has no lone surrogates, the second time neither', () => {
    const list = [cacheJson({ text: 'a\ud83d' }), { text: '\ude00' }];
    for (const text of [listJson(list), listJson(list)]) {
      expect(JSON.parse(text)).toEqual([{ text: 'a\ufffd' }, { text: '\ufffd' }]);
    }
  });
});

it('any string comes out well formed, and a well-formed one as it was', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('\\', 'u', 'd', '8', '3', '"', '\ud83d', '\ude00', 'a') }),
      (given) => {
        expect(JSON.parse(wellFormed(JSON.stringify(given)))).toBe(Buffer.from(given).toString());
      },
    ),
    { numRuns: 2000, seed: 20_261_120 },
  );
});
