import { user, type ModelRequest, type TurnMessage } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { requestOf } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { delta, DONE, eventsOf, FAMILY, stop } from '../../test/reading.ts';
import { messagesToWire } from './messages.ts';
import { COMPATIBLE_QUIRKS, type ChatQuirks } from './quirks.ts';
import { chatRecovery } from '../../test/recoveries.ts';
import { ChatReader } from './stream.ts';

const quirks: ChatQuirks = { ...COMPATIBLE_QUIRKS, replayedMembers: ['plan'] };

function turnOf(read: Partial<Pick<ChatQuirks, 'replayedMembers'>>): TurnMessage {
  const reader = new ChatReader({
    writer: new EventWriter('p/m', { collects: true }),
    family: FAMILY,
    quirks: { reasoningTokens: 'inside', ...read },
  });
  for (const chunk of [delta({ plan: 'a' }), delta({ content: 'x', plan: 'b', other: 1 }), stop])
    reader.readMessage(JSON.stringify(chunk), undefined);
  reader.readMessage(DONE, undefined);
  return { role: 'assistant', parts: eventsOf(reader).parts };
}

const requestAfter = (turn: TurnMessage): ModelRequest => requestOf({ messages: [turn, user('go on')] });

it('sends back the members that the profile names, and only to the same server', () => {
  const turn = turnOf(quirks);
  const [own] = messagesToWire(requestAfter(turn), quirks, FAMILY, []);
  expect(own).toEqual({ role: 'assistant', content: 'x', plan: 'ab' });
  const [other] = messagesToWire(requestAfter(turn), quirks, 'another family', []);
  expect(other).not.toHaveProperty('plan');
});

it('neither keeps nor sends a member that the profile does not name', () => {
  const turn = turnOf({});
  expect(turn.parts).toEqual([{ type: 'text', text: 'x' }]);
});

it('sends the message without the member after an error that names it', () => {
  const request = requestAfter(turnOf(quirks));
  const sent = { messages: messagesToWire(request, quirks, FAMILY, []) };
  const failure = {
    code: undefined,
    type: undefined,
    param: undefined,
    message: "property 'plan' is unsupported",
  };
  const recovery = chatRecovery(failure, 400, sent, { family: FAMILY, quirks });
  expect(recovery?.what).toBe('plan dropped from messages');
  const [repaired] = messagesToWire(recovery?.apply(request) ?? request, quirks, FAMILY, []);
  expect(repaired).toEqual({ role: 'assistant', content: 'x' });
  expect(chatRecovery(failure, 400, { messages: [] }, { family: FAMILY, quirks })).toBeUndefined();
});
