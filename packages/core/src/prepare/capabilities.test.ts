import { expect, it } from 'vitest';
import {
  assistant,
  file,
  image,
  toolResult,
  user,
  type AssistantPart,
  type ChatRequest,
  type ImagePart,
  type Message,
} from '../index.ts';
import type { Capabilities } from '../contract/capabilities.ts';
import { requireCapabilities } from './capabilities.ts';

const hi = user('hi');
const png = image(new Uint8Array(1));
const pdf = file(new Uint8Array(1), 'application/pdf');
const csv = file(new Uint8Array(1), 'text/csv');
const call: AssistantPart = { type: 'tool-call', id: '1', name: 't', args: {} };
const showing = (...content: ImagePart[]): Message => toolResult({ callId: '1', name: 't', content });
const tools = [{ name: 't', description: 't', parameters: {} }];
const nothing: Capabilities = { tools: false, images: false, files: false, output: false, prefill: false };

const requiring = (request: Partial<ChatRequest>, capabilities: Capabilities) => (): void => {
  requireCapabilities({ messages: [hi], ...request }, capabilities, 'a/x');
};

it.each<[string, Partial<ChatRequest>, Capabilities]>([
  ['tools', { tools }, { tools: false }],
  ['output schema', { output: {} }, { output: false }],
  ['assistant message at the end: let a user', { messages: [hi, assistant('So')] }, { prefill: false }],
  ['images', { messages: [user('see', png), hi] }, { images: false }],
  ['images', { messages: [hi, showing(), showing(png), hi] }, { images: false, files: ['text/csv'] }],
  ['files of type text/csv', { messages: [hi, user('see', csv)] }, { files: false }],
  ['files of type text/csv', { messages: [user(pdf, csv)] }, { files: ['application/pdf'] }],
])('refuses %s where the target takes none', (what, request, capabilities) => {
  expect(requiring(request, capabilities)).toThrow(
    expect.objectContaining({
      kind: 'unsupported',
      message: expect.stringContaining(`a/x takes no ${what}`),
      details: expect.objectContaining({ target: 'a/x' }),
    }),
  );
});

it.each<[string, Partial<ChatRequest>, Capabilities]>([
  ['of which nothing is known', { messages: [user(png, csv), assistant('So')], tools, output: {} }, {}],
  ['that takes nothing, when nothing is asked', { tools: [] }, nothing],
  [
    'that takes no prefill, when a call waits for its result',
    { messages: [hi, assistant([{ type: 'text', text: 'So' }, call])] },
    nothing,
  ],
  ['that takes no prefill, when a tool has answered', { messages: [assistant([call]), showing()] }, nothing],
  ['that takes this file', { messages: [user(pdf)] }, { images: false, files: ['application/pdf'] }],
  ['that takes images, without files', { messages: [user(png), showing(png)] }, { files: false }],
])('passes a target %s', (_, request, capabilities) => {
  expect(requiring(request, capabilities)).not.toThrow();
});
