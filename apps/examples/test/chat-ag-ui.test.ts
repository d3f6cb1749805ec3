import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { agUiChat } from '../src/chat-ag-ui.ts';

const LOCATE = { name: 'locate', description: 'Place of the user' };
const question = { id: 'u', role: 'user', content: 'A pizza, please.' };
const turn = (id: string, name: string, args: string) => {
  return {
    id,
    role: 'assistant',
    toolCalls: [{ id, type: 'function', function: { name, arguments: args } }],
  };
};

function createChat() {
  const provider = fakeProvider({
    id: 'fake',
    models: {
      m: [
        { toolCalls: [{ id: 'c1', name: 'locate', args: {} }] },
        { toolCalls: [{ id: 'c2', name: 'order', args: { address: 'Oslo' } }] },
        'Enjoy!',
      ],
    },
  });
  const model = createMajordomo({ providers: [provider] }).model('fake/m');
  return agUiChat(model, 'secret-of-32-bytes-for-the-examples');
}

async function send(chat: ReturnType<typeof createChat>, body: object) {
  const content = JSON.stringify({
    threadId: 't',
    runId: 'r',
    protocolVersion: '1.0',
    tools: [LOCATE],
    ...body,
  });
  const response = await chat(new Request('http://chat.test/', { method: 'POST', body: content }));
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith('data: '));
  const events = lines.map((line) => JSON.parse(line.slice('data: '.length)) as Record<string, unknown>);
  return { status: response.status, events, last: events.at(-1) };
}

it('chat-ag-ui: asks the page for the place, asks the user, and shows the state', async () => {
  const chat = createChat();
  const first = await send(chat, { messages: [question] });
  expect(first.last).toMatchObject({ outcome: { type: 'success', pendingToolCallIds: ['c1'] } });
  const located = { id: 'r1', role: 'tool', toolCallId: 'c1', content: 'Oslo' };
  const messages = [question, turn('c1', 'locate', '{}'), located];
  const second = await send(chat, { messages });
  expect(second.last).toMatchObject({ outcome: { type: 'interrupt', interrupts: [{ toolCallId: 'c2' }] } });
  const { interrupts } = second.last?.['outcome'] as { interrupts: readonly { id: string }[] };
  const resume = interrupts.map(({ id }) => ({
    interruptId: id,
    status: 'resolved',
    payload: { approved: true },
  }));
  const asked = [...messages, turn('c2', 'order', '{"address":"Oslo"}')];
  const third = await send(chat, { messages: asked, resume });
  expect(third.events).toContainEqual({
    type: 'STATE_SNAPSHOT',
    snapshot: { address: 'Oslo', status: 'ordered' },
  });
  expect(third.last).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
});

it('chat-ag-ui: refuses a tool of the page that is named like a tool of the server', async () => {
  const { status } = await send(createChat(), {
    messages: [question],
    tools: [{ name: 'order', description: 'x' }],
  });
  expect(status).toBe(400);
});
