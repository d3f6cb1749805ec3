import type { Message, VendorCallPart } from '@majordomo/core';
import { expect, it } from 'vitest';
import { fromUiMessages, toUiMessages } from '../src/index.ts';

const call: VendorCallPart = {
  type: 'vendor-call',
  id: 'c1',
  kind: 'shell',
  name: 'shell_call',
  args: { commands: ['ls'] },
  replay: { family: 'f', data: { item: { type: 'shell_call', call_id: 'c1' } } },
};
const messages: Message[] = [
  { role: 'user', parts: [{ type: 'text', text: 'go' }] },
  { role: 'assistant', parts: [call] },
  {
    role: 'tool',
    parts: [
      {
        type: 'vendor-result',
        callId: 'c1',
        kind: 'shell',
        name: 'shell_call',
        content: [{ type: 'text', text: 'a' }],
      },
    ],
  },
  { role: 'assistant', parts: [{ type: 'text', text: 'one file' }] },
  { role: 'user', parts: [{ type: 'text', text: 'thanks' }] },
];

it('a call that waits for the client is a tool part, from which the same transcript is read', async () => {
  const shown = await toUiMessages(messages);
  expect(shown[1]?.parts[1]).toMatchObject({
    type: 'tool-vendor:shell',
    toolCallId: 'c1',
    state: 'output-available',
  });
  expect((await fromUiMessages(shown)).messages).toEqual(messages);
});
