import { openaiChat, startWireServer } from '@majordomo/conformance';
import { createMajordomo, type ChatModel } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';

/** Vendor that sends the delta `Once` and is silent afterwards. */
export interface SilentVendor extends AsyncDisposable {
  readonly model: ChatModel;
  /** Resolves when a connection closes. */
  readonly closed: Promise<void>;
}

export async function silentVendor(): Promise<SilentVendor> {
  const server = await startWireServer({
    wire: openaiChat,
    script: () => ({ fault: 'stall', at: { content: 1 }, answer: 'Once' }),
  });
  const providers = [createOpenAI({ apiKey: 'k', baseURL: server.baseURL, api: 'chat' })];
  return {
    model: createMajordomo({ providers }).model('openai/gpt-5.4'),
    closed: server.request(0).then(({ ended }) => ended),
    [Symbol.asyncDispose]: server.close,
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
