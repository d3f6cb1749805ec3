import { createOpenAI } from '@majordomo/provider-openai';
import OpenAI from 'openai';
import type { TestServer } from '@majordomo/test-support';
import type { GatewayOptions } from '../../src/index.ts';
import { startGateway, KEY, type TestGateway } from './test-gateway.ts';

/** Starts a gateway with one vendor and a model for each operation. */
export const startOperationsGateway = (
  vendor: TestServer,
  gateway: Partial<GatewayOptions> = {},
): Promise<TestGateway> =>
  startGateway({
    majordomo: { providers: [createOpenAI({ baseURL: `${vendor.origin}/v1`, apiKey: 'sk-test' })] },
    gateway: {
      models: {
        vectors: 'openai/text-embedding-3-small',
        ears: 'openai/whisper-1',
        voice: 'openai/gpt-4o-mini-tts',
      },
      ...gateway,
    },
  });

export const openaiClient = ({ url }: TestGateway, apiKey: string = KEY): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });

/** Sends a body that an official client would not send. */
export const send = (
  { url }: TestGateway,
  path: string,
  body: string | FormData | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${url}/v1${path}`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${KEY}`, ...headers },
  });

/** Returns the status, message and path of a refusal. */
export async function refusalOf(response: Response): Promise<readonly unknown[]> {
  const { error } = (await response.json()) as { error?: { message: string; param: string | null } };
  return [response.status, error?.message, error?.param];
}

export const recording = (name = 'note.ogg', type = 'audio/ogg'): File =>
  new File(['OggS a voice note'], name, { type });
