import type { AssistantPart, JsonObject } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { requestOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { delta, eventsOf, FAMILY, stop } from '../../test/reading.ts';
import { COMPATIBLE_QUIRKS, type ChatQuirks } from './quirks.ts';
import { toWire } from './request.ts';
import { ChatReader } from './stream.ts';

const quirks: ChatQuirks = {
  ...COMPATIBLE_QUIRKS,
  reasoningField: 'reasoning',
  reasoningReplay: 'details',
  signedDetails: { family: 'shared', format: 'signed-v1' },
};
const format = 'signed-v1';
const text = (index: number, more: object): object => ({ type: 'reasoning.text', index, format, ...more });

function read(...messages: readonly object[]): readonly AssistantPart[] {
  const reader = new ChatReader({
    writer: new EventWriter('p/m', { collects: true }),
    family: FAMILY,
    quirks,
  });
  for (const message of messages) reader.readMessage(JSON.stringify(message), undefined);
  reader.end();
  return eventsOf(reader).parts;
}
const sent = (parts: readonly AssistantPart[], quirkOverrides: Partial<ChatQuirks> = {}): unknown => {
  const request = requestOf({ messages: [{ role: 'assistant', parts }] });
  const { params } = toWire(
    request,
    'm',
    { ...quirks, ...quirkOverrides },
    { stream: false, family: FAMILY },
  );
  return (params['messages'] as JsonObject[])[0]?.['reasoning_details'];
};

describe('signed reasoning details', () => {
  const blocks = [
    delta({ reasoning: 'a', reasoning_details: [text(0, { text: 'a' })] }),
    delta({ reasoning: 'b', reasoning_details: [text(0, { text: 'b' })] }),
    delta({ reasoning: '', reasoning_details: [text(0, { signature: 's0' })] }),
    delta({ reasoning_details: [{ type: 'reasoning.encrypted', index: 1, format, data: 'secret' }] }),
    delta({ reasoning: 'c', reasoning_details: [text(2, { text: 'c', signature: 's2' })] }),
    delta({ content: 'ok' }),
    stop,
  ];
  const details = [
    text(0, { text: 'ab', signature: 's0' }),
    { type: 'reasoning.encrypted', index: 1, format, data: 'secret' },
    text(2, { text: 'c', signature: 's2' }),
  ];

  it('become separate parts with the token of the family', () => {
    expect(read(...blocks)).toEqual([
      {
        type: 'reasoning',
        text: 'ab',
        replay: { family: 'shared', data: { signature: 's0', details: [details[0]] } },
      },
      {
        type: 'reasoning',
        text: '',
        replay: { family: 'shared', data: { redacted: 'secret', details: [details[1]] } },
      },
      {
        type: 'reasoning',
        text: 'c',
        replay: { family: 'shared', data: { signature: 's2', details: [details[2]] } },
      },
      { type: 'text', text: 'ok' },
    ]);
  });

  it('are equal for a complete list, and are sent back unchanged', () => {
    const completeList = [
      delta({ reasoning: 'abc', reasoning_details: details }),
      delta({ content: 'ok' }),
      stop,
    ];
    expect(read(...completeList)).toEqual(read(...blocks));
    expect(sent(read(...blocks))).toEqual(details);
  });

  it('are created from a token of another platform', () => {
    const parts: AssistantPart[] = [
      { type: 'reasoning', text: 'ab', replay: { family: 'shared', data: { signature: 's0' } } },
      { type: 'reasoning', text: '', replay: { family: 'shared', data: { redacted: 'secret' } } },
      { type: 'text', text: 'ok' },
    ];
    expect(sent(parts)).toEqual([details[0], details[1]]);
    expect(sent(parts, { signedDetails: 'none' })).toBeUndefined();
  });

  it('stay with this server without a signature or in another format', () => {
    const unsigned = text(0, { text: 'a' });
    const other = { type: 'reasoning.text', index: 0, format: 'other-v1', text: 'a', signature: 's' };
    for (const detail of [unsigned, other]) {
      const parts = read(
        delta({ reasoning: 'a', reasoning_details: [detail] }),
        delta({ content: 'ok' }),
        stop,
      );
      expect(parts[0]).toEqual({ type: 'reasoning', text: 'a', replay: { family: FAMILY, data: [detail] } });
      expect(sent(parts)).toEqual([detail]);
    }
  });
});
