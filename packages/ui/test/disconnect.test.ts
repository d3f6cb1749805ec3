import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAgent } from '@majordomo/agent';
import { createMajordomo, user, type ChatModel } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uiMessageResponse, type UiEvents } from '../src/index.ts';

let vendor: Server;
let closed: Promise<unknown>;
let model: ChatModel;

/** A vendor that sends one delta and is silent afterwards. */
beforeEach(async () => {
  let onClose: () => void;
  closed = new Promise<void>((resolve) => (onClose = resolve));
  vendor = createServer((_request, response) => {
    response.on('close', onClose);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const delta = {
      id: '1',
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { role: 'assistant', content: 'Once' } }],
    };
    response.write(`data: ${JSON.stringify(delta)}\n\n`);
  }).listen(0, '127.0.0.1');
  await once(vendor, 'listening');
  const baseURL = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/v1`;
  model = createMajordomo({ providers: [createOpenAI({ apiKey: 'k', baseURL, api: 'chat' })] }).model(
    'openai/gpt-5.4',
  );
});

afterEach(() => {
  vendor.closeAllConnections();
  vendor.close();
});

const sources: readonly [string, () => UiEvents][] = [
  ['chat', () => model.stream({ messages: [user('hi')] })],
  ['agent', () => createAgent({ model }).stream('hi')],
];

async function readUntil(response: Response, text: string): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (let shown = ''; !shown.includes(text);) shown += new TextDecoder().decode((await reader.read()).value);
  return reader;
}

describe.each(sources)('the connection of a %s to the vendor', (_, source) => {
  it('is closed when the client leaves during a silence', async () => {
    const reader = await readUntil(uiMessageResponse(source()), 'Once');
    const pending = reader.read();
    await reader.cancel();
    await closed;
    expect(await pending).toMatchObject({ done: true });
  });

  it('is closed when the signal of the request aborts', async () => {
    const controller = new AbortController();
    const response = uiMessageResponse(source(), { signal: controller.signal });
    const reader = await readUntil(response, 'Once');
    controller.abort();
    await closed;
    while (!(await reader.read()).done);
  });
});
