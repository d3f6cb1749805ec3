import { LlmError, type StreamEvent } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../errors/refusal.ts';
import type { Writer } from '../wire.ts';
import { inOrder } from './in-order.ts';
import { mergedText, textOfEvents, type TextSource } from './text-source.ts';

const text = (index: number, delta: string): StreamEvent => ({ type: 'text-delta', index, text: delta });
const start = (index: number): StreamEvent => ({ type: 'part-start', index, part: { type: 'text' } });
const end = (index: number): StreamEvent => ({
  type: 'part-end',
  index,
  part: { type: 'text', text: '' },
});
const refusal = new Refusal('busy', 'later');

/** Returns a writer that writes text deltas, and marks starts and ends of parts. */
const writer = (name = ''): Writer => ({
  write: (event) => {
    switch (event.type) {
      case 'text-delta':
        return event.text;
      case 'part-start':
        return `<${event.index}>`;
      case 'part-end':
        return `</${event.index}>`;
      default:
        return '';
    }
  },
  end: () => `${name}end`,
  fail: ({ message }) => `${name}${message}`,
});

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
    const source = textOfEvents(eventsOf(text(0, 'a'), warning, text(0, 'b')), writer(), first);
    expect(await readAll(source)).toEqual(expected);
    expect(await source.next()).toBeUndefined();
  });

  it('ends without a string if the writer returns only empty ones', async () => {
    const emptyWriter = { ...writer(), end: () => '' };
    expect(await readAll(textOfEvents(eventsOf(), emptyWriter, ''))).toEqual([]);
  });

  it('rejects with the error of a reset', async () => {
    const error = new LlmError('server', 'cut');
    const source = textOfEvents(
      eventsOf(text(0, 'a'), { type: 'reset', target: 'a/x', error }),
      writer(),
      '',
    );
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

describe('parts in order', () => {
  const writeInOrder = (...events: readonly StreamEvent[]): string => {
    const { write } = inOrder(writer());
    return events.map((event) => write(event)).join('|');
  };

  it.each<[string, readonly StreamEvent[], string]>([
    ['one part', [start(0), text(0, 'a'), end(0)], '<0>|a|</0>'],
    ['an event without a part', [start(0), { type: 'start', target: 'a/x', id: 'r' }, end(0)], '<0>||</0>'],
    [
      'two parts at the same time',
      [start(0), start(1), text(1, 'b'), text(0, 'a'), end(1), end(0)],
      '<0>|||a||</0><1>b</1>',
    ],
    [
      'a part that is open after the first',
      [start(0), start(1), text(1, 'b'), end(0), text(1, 'c'), end(1)],
      '<0>|||</0><1>b|c|</1>',
    ],
    [
      'three parts of which the last ends first',
      [start(0), start(1), start(2), text(2, 'c'), end(2), text(1, 'b'), end(0), end(1)],
      '<0>||||||</0><1>b|</1><2>c</2>',
    ],
    ['a part after another one', [start(0), end(0), start(1), text(1, 'b'), end(1)], '<0>|</0>|<1>|b|</1>'],
    ['a part without a start', [text(3, 'x'), start(0), text(0, 'a')], '|<0>|a'],
  ])('%s', (_, events, expected) => {
    expect(writeInOrder(...events)).toBe(expected);
  });

  it('return the end and the failure of the writer', () => {
    const orderedWriter = inOrder(writer('own '));
    expect([orderedWriter.end(), orderedWriter.fail(refusal)]).toEqual(['own end', 'own later']);
  });
});
