import { expect, it } from 'vitest';
import { assistant, type AssistantPart, type ChatRequest, type Message, toolResult, user } from '../index.ts';
import type { Capabilities } from '../types/provider.ts';
import { requireCapabilities } from './fit-request.ts';

const hi = user('hi');
const call: AssistantPart = { type: 'tool-call', id: '1', name: 't', args: {} };
const searchPart: AssistantPart = { type: 'vendor', kind: 'search', replay: { family: 'a', data: 1 } };
const toolMessage: Message = toolResult({ callId: '1', name: 't', content: [] });
const tools = [{ name: 't', description: 't', parameters: {} }];
const noCapabilities: Capabilities = {
  tools: false,
  images: false,
  files: false,
  output: false,
  prefill: false,
};

const requiring = (request: Partial<ChatRequest>, capabilities: Capabilities) => (): void => {
  requireCapabilities({ messages: [hi], ...request }, capabilities, 'a/x');
};

it.each<[string, Partial<ChatRequest>, Capabilities]>([
  ['tools', { tools }, { tools: false }],
  ['an output schema', { output: {} }, { output: false }],
  ['an assistant message at the end; append a user', { messages: [hi, assistant('So')] }, { prefill: false }],
])('rejects %s for a target without support', (what, request, capabilities) => {
  expect(requiring(request, capabilities)).toThrow(
    expect.objectContaining({
      kind: 'unsupported',
      message: expect.stringContaining(`a/x does not accept ${what}`),
    }),
  );
});

it.each<[string, Partial<ChatRequest>, Capabilities]>([
  ['with unknown capabilities', { messages: [hi, assistant('So')], tools, output: {} }, {}],
  ['without any capability, for a request that requires none', { tools: [] }, noCapabilities],
  [
    'that accepts no prefill, while a call waits for its result',
    { messages: [hi, assistant([{ type: 'text', text: 'So' }, call])] },
    noCapabilities,
  ],
  [
    'that accepts no prefill, after a turn that paused at a vendor search',
    { messages: [hi, assistant([{ type: 'text', text: 'So' }, searchPart])] },
    noCapabilities,
  ],
  [
    'that accepts no prefill, after the result of a tool',
    { messages: [assistant([call]), toolMessage] },
    noCapabilities,
  ],
])('accepts a target %s', (_, request, capabilities) => {
  expect(requiring(request, capabilities)).not.toThrow();
});
