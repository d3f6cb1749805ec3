import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LeakedCallFilter } from './leaked-calls.ts';

function filterDeltas(...deltas: readonly string[]): { text: string; found: boolean } {
  const filter = new LeakedCallFilter();
  const text = deltas.map((delta) => filter.push(delta)).join('') + filter.end();
  return { text, found: filter.found };
}

const LEAKS = [
  'to=functions.run {"a":1}',
  'assistant to=functions.run {"a":1}',
  ' <|start|>assistant<|channel|>commentary to=functions.run code {"a":1}',
  '<|channel|>analysis>to=functions.run',
];
const PROSE = [
  'Both functions return a number.',
  'the word to=function is none',
  'The `to=functions.run` syntax is internal.',
  'assistant',
  'final answer: it goes to=functions',
  'analysis of functions. total',
  'to be or not to',
];

describe('the filter for leaked calls', () => {
  it.each(LEAKS)('removes %j', (text) => {
    expect(filterDeltas(text)).toEqual({ text: '', found: true });
  });

  it.each(PROSE)('keeps the prose %j', (text) => {
    expect(filterDeltas(text)).toEqual({ text, found: false });
  });

  it('keeps a sentence before the call', () => {
    expect(filterDeltas('I will look. to=functions.run {"a":1} and more')).toEqual({
      text: 'I will look. ',
      found: true,
    });
  });

  it('finds a call at any chunk boundaries', () => {
    const samples = [
      ...LEAKS,
      ...PROSE,
      'I will look.\nto=functions.run {}',
      'a tt to=to=functions.f',
      'x to=functions. y',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 40 }),
        (text, sizes) => {
          const deltas: string[] = [];
          for (let at = 0, i = 0; at < text.length; i++) {
            const size = sizes[i % sizes.length] ?? 1;
            deltas.push(text.slice(at, at + size));
            at += size;
          }
          expect(filterDeltas(...deltas)).toEqual(filterDeltas(text));
        },
      ),
      { seed: 5, numRuns: 500 },
    );
  });

  it('emits text that cannot become a call', () => {
    const filter = new LeakedCallFilter();
    expect(filter.push('Hello')).toBe('Hello');
    expect(filter.push(' there')).toBe(' there');
    expect(filter.push(' t')).toBe(' ');
    expect(filter.push('he end')).toBe('the end');
  });
});
