import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.ts';

const invalidArguments = (raw: string): object => ({ args: {}, invalid: { raw } });

describe('tool-call arguments', () => {
  it.each<[string, object]>([
    ['', { args: {} }],
    [' \n', { args: {} }],
    ['{"a":1}', { args: { a: 1 } }],
    ['{"a":"x\ny\u0001"}', { args: { a: 'x\ny\u0001' }, repaired: ['control characters'] }],
    ['{"a":1,}', { args: { a: 1 }, repaired: ['trailing comma'] }],
    ['{"a":[1,2,],}', { args: { a: [1, 2] }, repaired: ['trailing comma'] }],
    ['{"a":[1,2]', { args: { a: [1, 2] }, repaired: ['missing closer'] }],
    ['{"a":"}]"', { args: { a: '}]' }, repaired: ['missing closer'] }],
    ['{"a":{"b":12,} ', { args: { a: { b: 12 } }, repaired: ['trailing comma', 'missing closer'] }],
    ['```json\n{"a":1}\n```', { args: { a: 1 }, repaired: ['code fence'] }],
    ['```\n{"a":"x"\n```\n', { args: { a: 'x' }, repaired: ['code fence', 'missing closer'] }],
    ['{"to":"Bob","amount": 12', invalidArguments('{"to":"Bob","amount": 12')],
    ['{"a":-', invalidArguments('{"a":-')],
    ['{"a":1.', invalidArguments('{"a":1.')],
    ['{"a":true', invalidArguments('{"a":true')],
    ['{"a":null', invalidArguments('{"a":null')],
    ['{"a":12 ', invalidArguments('{"a":12 ')],
    ['{"a":1,', invalidArguments('{"a":1,')],
    ['{"a":"x",', invalidArguments('{"a":"x",')],
    ['{"a":{"b":1},', invalidArguments('{"a":{"b":1},')],
    ['{"a":[1,2', invalidArguments('{"a":[1,2')],
    ['{"a":["x"', invalidArguments('{"a":["x"')],
    ['{"a":{"b":"}]"', invalidArguments('{"a":{"b":"}]"')],
    ['{', invalidArguments('{')],
    ['{"a":"x\\"', invalidArguments('{"a":"x\\"')],
    ['```json\n{"a":12\n```', invalidArguments('```json\n{"a":12\n```')],
    ['{"a":1}}]', { args: { a: 1 }, repaired: ['surplus closers'] }],
    ['{"a":"\\"}', invalidArguments('{"a":"\\"}')],
    ['{"a":"cut', invalidArguments('{"a":"cut')],
    ['{"a":', invalidArguments('{"a":')],
    ['{"a"', invalidArguments('{"a"')],
    ['{"a":NaN}', invalidArguments('{"a":NaN}')],
    ['{"a":tru', invalidArguments('{"a":tru')],
    ['{"a":[1}', invalidArguments('{"a":[1}')],
    ['{"a":1} and more', invalidArguments('{"a":1} and more')],
    ['{"a":1}"b"', invalidArguments('{"a":1}"b"')],
    ['[1,2]', invalidArguments('[1,2]')],
    ['"text"', invalidArguments('"text"')],
    [' "{\\"a\\":1}"', { args: { a: 1 }, repaired: ['a second encoding'] }],
    ['"[1]"', invalidArguments('"[1]"')],
    ['"{"a":1}"', invalidArguments('"{"a":1}"')],
    ['null', invalidArguments('null')],
    ['}', invalidArguments('}')],
  ])('%j', (text, expected) => {
    const parsed = parseArguments(text);
    const { repaired } = parsed;
    expect(repaired === undefined ? parsed : { ...parsed, repaired: [...repaired].sort() }).toEqual(
      'repaired' in expected
        ? { ...expected, repaired: [...(expected.repaired as string[])].sort() }
        : expected,
    );
  });

  it('that are incomplete are not repaired', () => {
    expect(parseArguments('{"a":[1,2', true)).toEqual(invalidArguments('{"a":[1,2'));
    expect(parseArguments('{"a":1}', true)).toEqual({ args: { a: 1 } });
    expect(parseArguments('', true)).toEqual(invalidArguments(''));
  });

  it.each([
    ['lists', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['unclosed arrays', `{"a":${'['.repeat(100_000)}`],
    ['objects', '{"a":'.repeat(100_000)],
    ['closers', `{"a":1${'}'.repeat(100_000)}`],
    ['commas', `{"a":[${','.repeat(100_000)}]}`],
    ['quotes', `{"a":${'"'.repeat(100_001)}`],
    ['backslashes', `{"a":"${'\\'.repeat(100_001)}`],
    ['control characters', `{"a":"${'\n'.repeat(100_000)}"}`],
    ['blanks', ' '.repeat(200_000)],
  ])('take linear time: %s', (_, text) => {
    const began = process.cpuUsage();
    const { args, invalid } = parseArguments(text);
    expect([typeof args, invalid === undefined || invalid.raw === text]).toEqual(['object', true]);
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(500);
  });

  it('may have the names of members of Object.prototype', () => {
    const { args } = parseArguments('{"__proto__":{"polluted":1},"constructor":2,}');
    expect(Object.hasOwn(args as object, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(args)).toBe(Object.prototype);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('have all written values or are invalid, for each end', () => {
    const json = fc
      .dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1 })
      .map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(json, fc.nat(), (text, position) => {
        const cut = text.slice(0, 1 + (position % (text.length - 1)));
        const { args, invalid } = parseArguments(cut);
        if (invalid === undefined) expect(`${cut}}`).toBe(JSON.stringify(args));
      }),
      { numRuns: process.env['SOAK'] === undefined ? 400 : 4000, seed: 20_261_123 },
    );
  });

  it('never throw for random changes', () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value));
    const edits = fc.array(fc.tuple(fc.nat(), fc.constantFrom('', '}', ']', ',', '"', '\n', 'x')), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(json, edits, (text, changes) => {
        let mutated = text;
        for (const [position, by] of changes) {
          const at = position % (mutated.length + 1);
          mutated = mutated.slice(0, at) + by + mutated.slice(at + 1);
        }
        const { args, invalid } = parseArguments(mutated);
        expect(typeof args).toBe('object');
        if (invalid !== undefined) expect([args, invalid.raw]).toEqual([{}, mutated]);
      }),
      { numRuns: process.env['SOAK'] === undefined ? 400 : 4000, seed: 12 },
    );
  });
});

it.each([500, 501, 50_000])('rejects arguments of %i levels', (levels) => {
  const text = `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
  const { args, invalid } = parseArguments(text);
  expect([Object.keys(args), invalid?.raw.length]).toEqual(
    levels > 500 ? [[], text.length] : [['a'], undefined],
  );
});
