import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LlmError } from '../types/llm-error.ts';
import { parseSpec, splitTarget } from './spec.ts';

const runs = { numRuns: process.env['SOAK'] === undefined ? 100 : 1000, seed: 20_261_120 } as const;

describe('the spec grammar', () => {
  it.each([
    ['a/x', [['target', 'a/x', 0]]],
    [
      'a/x/y:z,b/q',
      [
        ['target', 'a/x/y:z', 0],
        ['target', 'b/q', 8],
      ],
    ],
    [
      ' a/x , thinking ',
      [
        ['target', 'a/x', 1],
        ['name', 'thinking', 7],
      ],
    ],
    ['ollama-cloud/minimax-m3:cloud', [['target', 'ollama-cloud/minimax-m3:cloud', 0]]],
  ])('parses "%s"', (spec, expected) => {
    expect(parseSpec(spec).map(({ kind, text, offset }) => [kind, text, offset])).toEqual(expected);
  });

  it.each([
    ['', 0, 'an empty element'],
    ['a/x,,b/y', 4, 'an empty element'],
    ['a/x,', 4, 'an empty element'],
    ['a/x, ,b/y', 5, 'an empty element'],
    ['/x', 0, 'no provider'],
    ['b/y,a/', 5, 'no model'],
  ])('rejects "%s" at character %i: %s', (spec, offset, what) => {
    const error = thrownBy(() => parseSpec(spec));
    expect(error.kind).toBe('config');
    expect(error.message).toContain(what);
    expect(error.message).toContain(`at character ${offset} `);
    expect(error.details.path).toBe(String(offset));
  });

  it('keeps model ids unchanged', () => {
    const id = fc
      .string({ minLength: 1, maxLength: 40 })
      .filter((text) => !text.includes(',') && text.trim() === text && text !== '');
    fc.assert(
      fc.property(id, (model) => {
        expect(splitTarget(parseSpec(`p/${model}`)[0]?.text ?? '')).toEqual({ provider: 'p', model });
      }),
      runs,
    );
  });

  it('returns elements or a config error for any string, in linear time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(',', '/', ' ', 'a', 'é', '\n', '\0', '@', ':') }),
        (spec) => {
          try {
            expect(printSpec(parseSpec(spec))).not.toBe('');
          } catch (error) {
            expect(LlmError.is(error, 'config')).toBe(true);
          }
        },
      ),
      runs,
    );
    const began = process.cpuUsage();
    for (const spec of [',', '/', ' ', 'a/b,', 'a'].map((text) => text.repeat(200_000))) {
      try {
        parseSpec(spec);
      } catch (error) {
        expect(LlmError.is(error, 'config')).toBe(true);
      }
    }
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(1000);
  });

  it('prints the parsed spec', () => {
    const word = fc.stringMatching(/^[a-z0-9][a-z0-9:._-]{0,8}$/);
    const element = fc.oneof(
      word,
      fc.tuple(word, word, fc.boolean()).map(([a, b, deep]) => (deep ? `${a}/${b}/${b}` : `${a}/${b}`)),
    );
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 6 }), (elements) => {
        const spec = elements.join(',');
        expect(printSpec(parseSpec(spec))).toBe(spec);
        expect(parseSpec(printSpec(parseSpec(spec)))).toEqual(parseSpec(spec));
      }),
      runs,
    );
  });
});

/** Joins elements to a spec: the inverse of `parseSpec`. */
const printSpec = (elements: ReturnType<typeof parseSpec>): string =>
  elements.map(({ text }) => text).join(',');

function thrownBy(run: () => unknown): LlmError {
  try {
    run();
  } catch (error) {
    if (LlmError.is(error)) return error;
  }
  throw new Error('no LlmError was thrown');
}
