import { describe, expect, it } from 'vitest';
import { LlmError, type StreamEvent } from '../index.ts';
import { partialOf } from './accumulator.ts';

const error = new LlmError('network', 'cut');
const start = (target: string): StreamEvent => ({ type: 'start', target, id: `of ${target}` });
const text = (index: number, text: string): StreamEvent => ({ type: 'text-delta', index, text });
const partEnd = (index: number, text: string): StreamEvent => ({
  type: 'part-end',
  index,
  part: { type: 'text', text },
});

describe('partialOf', () => {
  it('is undefined before any content', () => {
    expect([partialOf([]), partialOf([start('a/x')])]).toEqual([undefined, undefined]);
  });

  it('contains complete parts and the open part', () => {
    expect(partialOf([start('a/x'), text(0, 'on'), partEnd(0, 'one '), text(1, 'tw')])).toEqual({
      id: 'of a/x',
      target: 'a/x',
      parts: [
        { type: 'text', text: 'one ' },
        { type: 'text', text: 'tw' },
      ],
      text: 'one tw',
      usage: undefined,
    });
  });

  it('begins again after a reset', () => {
    const events = [
      start('a/x'),
      text(0, 'old'),
      { type: 'reset', target: 'a/x', error } as const,
      start('b/y'),
    ];
    expect(partialOf(events)).toBeUndefined();
    expect(partialOf([...events, text(0, 'new')])).toMatchObject({ target: 'b/y', text: 'new' });
  });

  it('names the continuing target and contains the earlier content', () => {
    const continued = { type: 'continued', from: 'a/x', target: 'b/y', error } as const;
    expect(partialOf([start('a/x'), text(0, 'one '), continued, text(0, 'two')])).toMatchObject({
      target: 'b/y',
      text: 'one two',
    });
  });
});
