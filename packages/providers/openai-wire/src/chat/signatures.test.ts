import { assistant, user, type AssistantPart, type TurnMessage } from '@majordomo/core';
import { expect, it } from 'vitest';
import { call, delta, FAMILY, part, stream } from '../../test/reading.ts';
import { COMPATIBLE_QUIRKS, type ChatQuirks } from './quirks.ts';
import { chatRecovery } from '../../test/recoveries.ts';
import { parseFailure } from '../failure/reported-failure.ts';
import { toWire } from './request.ts';
import { UNSIGNED_CALL } from './signatures.ts';

const SIGNED = { extra_content: { google: { thought_signature: 'c2ln' } } };
const sentCalls = (messages: readonly TurnMessage[], quirks: Partial<ChatQuirks> = {}): readonly object[] => {
  const request = { messages, tools: [], output: undefined, extra: {} };
  const { params } = toWire(
    request,
    'm',
    { ...COMPATIBLE_QUIRKS, ...quirks },
    { stream: true, family: FAMILY },
  );
  return (params['messages'] as { tool_calls?: object[] }[]).flatMap(({ tool_calls: calls = [] }) => calls);
};

it.each([
  ['with the call', [call(0, { id: 'a', ...SIGNED, function: { name: 'f', arguments: '{}' } })]],
  ['after it', [call(0, { id: 'a', function: { name: 'f', arguments: '{}' } }), call(0, SIGNED)]],
  [
    'before its name',
    [call(0, { id: 'a', ...SIGNED }), call(0, { function: { name: 'f', arguments: '{}' } })],
  ],
])('sends members of a call back: %s', (_when, chunks) => {
  const { parts } = stream(...chunks, delta({}, 'tool_calls'));
  expect(parts).toEqual([{ ...part('a', 'f', {}), replay: { family: FAMILY, data: SIGNED } }]);
  expect(sentCalls([user('hi'), assistant(parts)])).toMatchObject([{ id: 'a', ...SIGNED }]);
  const otherFamily = parts.map((each): AssistantPart => ({
    ...each,
    replay: { family: 'x', data: SIGNED },
  }));
  expect(sentCalls([assistant(otherFamily)])[0]).not.toHaveProperty('extra_content');
});

it('marks the first unsigned call of a turn, by quirk and by recovery', () => {
  const messages = [user('hi'), assistant([part('a', 'f', {}), part('b', 'f', {})])];
  const markedCalls = [
    { id: 'a', ...UNSIGNED_CALL },
    { id: 'b', extra_content: undefined },
  ];
  const callsByQuirk = sentCalls(messages, { callSignature: 'required' });
  expect(callsByQuirk.map((each) => ({ extra_content: undefined, ...each }))).toMatchObject(markedCalls);
  const failure = parseFailure({
    error: { message: 'Function call is missing a thought_signature in functionCall parts.' },
  });
  const request = { messages, tools: [], output: undefined, extra: {} };
  const recoveredRequest = chatRecovery(failure, 400, {}, { family: FAMILY })?.apply(request);
  const sent = sentCalls(recoveredRequest?.messages ?? []);
  expect(sent.map((each) => ({ extra_content: undefined, ...each }))).toMatchObject(markedCalls);
});
