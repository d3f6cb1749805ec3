import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartialJson } from './partial.ts';

function snapshotOf(text: string): unknown {
  const json = new PartialJson();
  json.append(text);
  return json.snapshot();
}

describe('a snapshot contains', () => {
  it.each([
    ['{', {}],
    ['{"ti', {}],
    ['{"title"', {}],
    ['{"title":', {}],
    ['{"title":"So', { title: 'So' }],
    ['{"title":"So\\', { title: 'So' }],
    ['{"title":"So\\u00', { title: 'So' }],
    ['{"title":"So\\u00e9', { title: 'Soé' }],
    ['{"title":"\ud83d', { title: '' }],
    ['{"title":"Soup","n":1', { title: 'Soup' }],
    ['{"title":"Soup","n":1,', { title: 'Soup', n: 1 }],
    ['{"n":tr', {}],
    ['{"n":true }', { n: true }],
    ['{"a":[{"b":[1,2', { a: [{ b: [1] }] }],
    ['{"a":[],"b":{}', { a: [], b: {} }],
    ['{"a":"\\"}"', { a: '"}' }],
    ['[1, "two", ', [1, 'two']],
    ['```json\n{"a":"b', { a: 'b' }],
    ['<think>{"no":1}</think>{"a":1}', { a: 1 }],
    ['{"a":1} and more {"b"', { a: 1 }],
  ])('%j', (text, expected) => {
    expect(snapshotOf(text)).toEqual(expected);
  });

  it.each(['', 'Sure', '<think>{"a"', '{"a":flase,', '{"a":1]'])('nothing of %j', (text) => {
    expect(snapshotOf(text)).toBeUndefined();
  });
});

/** Whether each member and item of the snapshot is in the complete value, whose strings and arrays may be longer. */
function isBeginningOf(part: unknown, complete: unknown): boolean {
  if (typeof part === 'string') return typeof complete === 'string' && complete.startsWith(part);
  if (Array.isArray(part))
    return Array.isArray(complete) && part.every((item, at) => isBeginningOf(item, complete[at]));
  if (typeof part !== 'object' || part === null) return Object.is(part, complete) || part === complete;
  const entries = Object.entries(part);
  return (
    typeof complete === 'object' &&
    complete !== null &&
    entries.every(([key, inner]) => isBeginningOf(inner, new Map(Object.entries(complete)).get(key)))
  );
}

it('snapshots of random values and deltas are beginnings of the value, and complete at the end', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const root = fc.oneof(fc.dictionary(fc.string(), value, { maxKeys: 4 }), fc.array(value, { maxLength: 4 }));
  fc.assert(
    fc.property(
      root,
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
      fc.boolean(),
      (value, lengths, isIndented) => {
        const text = JSON.stringify(value, undefined, isIndented ? 2 : undefined);
        const complete: unknown = JSON.parse(text);
        const json = new PartialJson();
        for (let at = 0, turn = 0; at < text.length; turn++) {
          const length = lengths[turn % lengths.length] ?? 1;
          json.append(text.slice(at, at + length));
          at += length;
          // An assertion for every delta would take longer than all snapshots.
          if (!isBeginningOf(json.snapshot(), complete)) throw new Error(`no beginning of ${text} at ${at}`);
        }
        expect(json.snapshot()).toEqual(complete);
      },
    ),
    { numRuns: 300, seed: 6 },
  );
});

it('takes linear time: 128 kB in deltas of 16 characters', () => {
  const steps = Array.from({ length: 800 }, (_, n) => ({
    text: `Step ${n}: stir "gently", then wait\n`.repeat(4),
    minutes: n,
  }));
  const text = JSON.stringify({ title: 'Soup', steps });
  const deltas = text.match(/[\s\S]{1,16}/g) ?? [];
  expect(text.length).toBeGreaterThan(128 * 1024);
  const json = new PartialJson();
  let values = 0;
  const before = process.cpuUsage();
  for (const delta of deltas) {
    if (json.append(delta) && json.snapshot() !== undefined) values++;
  }
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(500);
  expect(values).toBeGreaterThan(30);
});
