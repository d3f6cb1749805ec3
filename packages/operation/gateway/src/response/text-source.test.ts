import { LlmError, type StreamEvent } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../errors/refusal.ts';
import type { Writer } from '../wire.ts';
import { mergedText, textOfEvents, type TextSource } from './text-source.ts';

const text = (index: number, delta: string): StreamEvent => ({ type: 'text-delta', index, text: delta });
const refusal = new Refusal('busy', 'later');

/** Writes text deltas only. */
const writer: Writer = {
  write: (event) => (event.type === 'text-delta' ? event.text : ''),
  end: () => 'end',
  fail: ({ message }) => message,
};

async function readAll(source: TextSource): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let next = await source.next(); next !== undefined; next = await source.next()) texts.push(next);
  return texts;
}
const eventsOf = (...events: readonly StreamEvent[]): AsyncIterator<StreamEvent> =>
  (async function* () {
    await Promise.resolve();
    yield* events;
  })();

describe('the text of events', () => {
  it.each([
    ['', ['a', 'b', 'end']],
    ['first', ['first', 'a', 'b', 'end']],
  ])('after the first string "%s" is %j, without empty strings', async (first, expected) => {
    const warning: StreamEvent = {
      type: 'warning',
      warning: { action: 'dropped', what: 'a', why: 'b' },
    };
    const source = textOfEvents(eventsOf(text(0, 'a'), warning, text(0, 'b')), writer, first);
    expect(await readAll(source)).toEqual(expected);
    expect(await source.next()).toBeUndefined();
  });

  it('ends without a string if the writer returns only empty ones', async () => {
    const emptyWriter = { ...writer, end: () => '' };
    expect(await readAll(textOfEvents(eventsOf(), emptyWriter, ''))).toEqual([]);
  });

  it('rejects with the error of a reset', async () => {
    const error = new LlmError('server', 'cut');
    const source = textOfEvents(eventsOf(text(0, 'a'), { type: 'reset', target: 'a/x', error }), writer, '');
    expect(await source.next()).toBe('a');
    await expect(source.next()).rejects.toBe(error);
    expect(source.fail(refusal)).toBe('later');
  });
});

describe('merged sources', () => {
  it('return the strings of all sources in the order of their arrival', async () => {
    const pendingReads = new Map<string, (value: string | undefined) => void>();
    const source = (name: string): TextSource => ({
      next: () => new Promise((resolve) => pendingReads.set(name, resolve)),
      fail: () => name,
    });
    const merged = mergedText([source('a'), source('b')]);
    const read = async (name: string, value: string | undefined): Promise<string | undefined> => {
      const next = merged.next();
      pendingReads.get(name)?.(value);
      return next;
    };
    expect([await read('b', 'b1'), await read('a', 'a1'), await read('b', 'b2')]).toEqual(['b1', 'a1', 'b2']);
    const last = merged.next();
    pendingReads.get('b')?.(undefined);
    pendingReads.get('a')?.('a2');
    expect(await last).toBe('a2');
    expect(await read('a', undefined)).toBeUndefined();
    expect(merged.fail(refusal)).toBe('a');
  });

  it('reject with the error of any source, which is not an unhandled rejection', async () => {
    const error = new Error('cut');
    const failingSource: TextSource = { next: () => Promise.reject(error), fail: () => '' };
    const merged = mergedText([failingSource]);
    await new Promise((resolve) => setImmediate(resolve));
    await expect(merged.next()).rejects.toBe(error);
  });

  it('without a source return no string', async () => {
    expect(await mergedText([]).next()).toBeUndefined();
    expect(mergedText([]).fail(refusal)).toBe('');
  });
});
