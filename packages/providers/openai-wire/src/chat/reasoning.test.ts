import type { JsonObject } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { delta, FAMILY, replay, stop, stream } from '../../test/reading.ts';
import { mergeDetails } from './reasoning.ts';

describe('reasoning', () => {
  it.each<[string, object[]]>([
    ['reasoning_content', [{ reasoning_content: 'h' }, { reasoning_content: 'm' }]],
    [
      'reasoning',
      [
        { reasoning: 'h', content: '' },
        { reasoning: 'm', content: null },
      ],
    ],
    [
      'two names with one text',
      [
        { reasoning: 'h', reasoning_content: 'h' },
        { reasoning: 'm', reasoning_content: 'm' },
      ],
    ],
    [
      'thinking blocks',
      [
        { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'h' }] }] },
        { content: [{ type: 'thinking', thinking: 'm' }] },
      ],
    ],
  ])('is read from %s', (_name, deltas) => {
    expect(stream(...deltas.map((each) => delta(each)), delta({ content: 'ok' }), stop).parts).toEqual([
      { type: 'reasoning', text: 'hm', replay },
      { type: 'text', text: 'ok' },
    ]);
  });

  it('joins the texts of details and keeps the last signature', () => {
    const { parts } = stream(
      delta({
        reasoning: 'h',
        reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'h', format: 'f' }],
      }),
      delta({ reasoning: 'm', reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'm' }] }),
      delta({ reasoning_details: [{ type: 'reasoning.text', index: 0, signature: 'sig' }] }),
      delta({ reasoning_details: [{ type: 'reasoning.encrypted', index: 1, data: 'x', id: 'rs' }] }),
      delta({ content: 'ok', reasoning_details: [] }),
      stop,
    );
    const data = [
      { type: 'reasoning.text', index: 0, text: 'hm', format: 'f', signature: 'sig' },
      { type: 'reasoning.encrypted', index: 1, data: 'x', id: 'rs' },
    ];
    expect(parts[0]).toEqual({ type: 'reasoning', text: 'hm', replay: { family: FAMILY, data } });
  });

  it('is read from details, and a signature after the text becomes a separate part', () => {
    const { parts } = stream(
      delta({ reasoning_details: [{ type: 'reasoning.summary', index: 0, summary: 'hm' }] }),
      delta({ content: 'ok' }),
      delta({ content: '', reasoning_details: [{ type: 'reasoning.encrypted', index: 1, data: 'x' }] }),
      delta({ content: '!' }),
      stop,
    );
    expect(parts).toEqual([
      {
        type: 'reasoning',
        text: 'hm',
        replay: { family: FAMILY, data: [{ type: 'reasoning.summary', index: 0, summary: 'hm' }] },
      },
      { type: 'text', text: 'ok!' },
      {
        type: 'reasoning',
        text: '',
        replay: { family: FAMILY, data: [{ type: 'reasoning.encrypted', index: 1, data: 'x' }] },
      },
    ]);
  });
});

it('joins details without an index until a signature', () => {
  const details: JsonObject[] = [];
  const textDetail = (text: string): object => ({ type: 'reasoning.text', text });
  mergeDetails(details, [
    textDetail('a'),
    textDetail('b'),
    { type: 'reasoning.text', signature: 's' },
    textDetail('c'),
  ]);
  expect(details).toEqual([{ type: 'reasoning.text', text: 'ab', signature: 's' }, textDetail('c')]);
});
