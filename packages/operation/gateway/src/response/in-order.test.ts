import type { StreamEvent } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../errors/refusal.ts';
import type { Writer } from '../wire.ts';
import { inOrder } from './in-order.ts';

const text = (index: number, delta: string): StreamEvent => ({ type: 'text-delta', index, text: delta });
const start = (index: number): StreamEvent => ({ type: 'part-start', index, part: { type: 'text' } });
const end = (index: number): StreamEvent => ({
  type: 'part-end',
  index,
  part: { type: 'text', text: '' },
});
const refusal = new Refusal('busy', 'later');

/** Writes text deltas, and marks starts and ends of parts. */
const writer: Writer = {
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
  end: () => 'end',
  fail: ({ message }) => message,
};

describe('parts in order', () => {
  const writeInOrder = (...events: readonly StreamEvent[]): string => {
    const { write } = inOrder(writer);
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
    ['a delta of a part that has not begun', [text(3, 'x'), start(0), text(0, 'a')], '|<0>|a'],
    ['a part whose only event is its end', [end(0), start(1), end(1)], '</0>|<1>|</1>'],
    ['such a part while another part is open', [start(0), end(1), end(0), start(2)], '<0>||</0></1>|<2>'],
  ])('%s', (_, events, expected) => {
    expect(writeInOrder(...events)).toBe(expected);
  });

  it('return the end and the failure of the writer', () => {
    const orderedWriter = inOrder(writer);
    expect([orderedWriter.end(), orderedWriter.fail(refusal)]).toEqual(['end', 'later']);
  });
});
