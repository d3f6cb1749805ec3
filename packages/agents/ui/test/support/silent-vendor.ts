import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMajordomo, type ChatModel } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { deferred } from './deferred.ts';

/** Vendor that sends the delta `Once` and is silent afterwards. */
export interface SilentVendor extends AsyncDisposable {
  readonly model: ChatModel;
  /** Resolves when a connection closes. */
  readonly closed: Promise<void>;
}

export async function silentVendor(): Promise<SilentVendor> {
  const closed = deferred();
  const server = createServer((_request, response) => {
    response.on('close', () => closed.resolve());
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const choices = [{ index: 0, delta: { role: 'assistant', content: 'Once' } }];
    response.write(`data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', choices })}\n\n`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const providers = [createOpenAI({ apiKey: 'k', baseURL, api: 'chat' })];
  return {
    model: createMajordomo({ providers }).model('openai/gpt-5.4'),
    closed: closed.promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

/** Reads a response until it contains a text. */
export async function readUntil(response: Response, text: string): Promise<BodyReader> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (let receivedText = ''; !receivedText.includes(text);) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the response ended before "${text}": ${receivedText}`);
    receivedText += new TextDecoder().decode(value);
  }
  return reader;
}

/** Reads a response to its end. */
export async function readToEnd(reader: BodyReader): Promise<string> {
  let text = '';
  for (let { value } = await reader.read(); value !== undefined; { value } = await reader.read())
    text += new TextDecoder().decode(value);
  return text;
}
