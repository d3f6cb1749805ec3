import type { MajordomoOptions } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';
import { testServer, type Answer, type TestServer } from '@majordomo/test-support';
import { onTestFinished } from 'vitest';
import type { GatewayOptions } from '../../src/index.ts';
import { startGateway, type TestGateway } from './test-gateway.ts';

/** Starts a server that answers for all vendors until the test ends, and a gateway with a model for each operation. */
export async function startWithVendor(
  answer: Answer,
  gateway: Partial<GatewayOptions> = {},
  majordomo: Partial<MajordomoOptions> = {},
): Promise<TestGateway & { readonly vendor: TestServer }> {
  const vendor = await testServer(answer);
  onTestFinished(() => vendor.close());
  const { origin } = vendor;
  const providers = [
    createOpenAI({ baseURL: `${origin}/v1`, apiKey: 'sk-test' }),
    createAnthropic({ baseURL: origin, apiKey: 'sk-test' }),
    createGoogle({ baseURL: origin, apiKey: 'g-test' }),
  ];
  const models = {
    vectors: 'openai/text-embedding-3-small',
    ears: 'openai/whisper-1',
    voice: 'openai/gpt-4o-mini-tts',
    mute: 'anthropic/claude-haiku-4-5',
  };
  const testGateway = await startGateway({
    majordomo: { providers, ...majordomo },
    gateway: { models, ...gateway },
  });
  return { ...testGateway, vendor };
}

/** Returns the status, message and path of a refusal. */
export async function refusalOf(response: Response): Promise<readonly unknown[]> {
  const { error } = (await response.json()) as { error?: { message: string; param: string | null } };
  return [response.status, error?.message, error?.param];
}

export const recording = (name = 'note.ogg', type = 'audio/ogg'): File =>
  new File(['OggS a voice note'], name, { type });
