import { assistant, toolResult, user, type Message, type ToolCallPart } from '@majordomo/core';
import { expect, it } from 'vitest';
import { fromUiMessages, toUiMessages } from '../src/index.ts';

const call: ToolCallPart = {
  type: 'tool-call',
  id: 'c',
  name: 'sales',
  args: {},
  programId: 'p',
  replay: { family: 'f', data: { caller: 'p' } },
};
const transcript: readonly Message[] = [
  user('go'),
  assistant([call]),
  toolResult({ callId: 'c', name: 'sales', content: '7' }),
];

it('a call of a program returns from a page with the id of its program', async () => {
  const { messages } = await fromUiMessages(await toUiMessages(transcript));
  expect(messages.slice(0, 2)).toEqual(transcript.slice(0, 2));
});

it('a page without tokens does not receive the id of a program', async () => {
  expect(JSON.stringify(await toUiMessages(transcript, { replay: false }))).not.toContain('programId');
});
