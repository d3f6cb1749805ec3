import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { openaiResponses, startWireServer, type Script, type WireServer } from '@majordomo/conformance';
import OpenAI, { type APIError } from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { MajordomoOptions } from '@majordomo/core';
import { openaiClient, post } from './support/clients.ts';
import { startGateway, type TestGateway } from './support/test-gateway.ts';

let vendor: WireServer;
afterEach(() => vendor.close());

/** Starts a gateway whose `gpt` calls OpenAI and then Anthropic, which has no key. The operator receives `errors`. */
async function startWithoutAnthropicKey(
  script: Script,
  chain: MajordomoOptions['chain'] = {},
): Promise<TestGateway & { readonly errors: unknown[] }> {
  vendor = await startWireServer({ wire: openaiResponses, script });
  const errors: unknown[] = [];
  const testGateway = await startGateway({
    majordomo: {
      chain,
      env: {},
      providers: [
        createOpenAI({ apiKey: 'sk-test', baseURL: vendor.baseURL }),
        createAnthropic({ baseURL: 'http://127.0.0.1:9' }),
      ],
    },
    gateway: {
      models: { gpt: 'openai/gpt-5.4,anthropic/claude-haiku-4-5', claude: 'anthropic/claude-haiku-4-5' },
      onError: (error) => errors.push(error),
    },
  });
  return Object.assign(testGateway, { errors });
}

const callError = async (testGateway: TestGateway, model: string): Promise<APIError> => {
  const openai = openaiClient(testGateway);
  const messages = [{ role: 'user' as const, content: 'hi' }];
  const pendingCompletion = openai.chat.completions.create({ model, messages });
  return await pendingCompletion.then(
    () => Promise.reject(new Error('answered')),
    (error: unknown) => error as APIError,
  );
};

describe('a target without a key', () => {
  it('fails with 502, and the operator receives the name of the variable to set', async () => {
    await using testGateway = await startWithoutAnthropicKey(['hello']);
    const error = await callError(testGateway, 'claude');
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect([error.status, error.message]).toEqual([
      502,
      expect.stringContaining('has no key for the vendor'),
    ]);
    expect(error.message).not.toMatch(/anthropic/i);
    expect(testGateway.errors).toMatchObject([
      { kind: 'auth', message: expect.stringContaining('ANTHROPIC_API_KEY') as string },
    ]);
  });

  it('reports the retryable error of an earlier target to the client, and the missing key to the operator', async () => {
    await using testGateway = await startWithoutAnthropicKey([
      { failure: 'rate-limit', retryAfter: { seconds: 7 } },
    ]);
    const error = await callError(testGateway, 'gpt');
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect([error.status, error.headers?.get('retry-after')]).toEqual([429, '7']);
    expect(testGateway.errors).toMatchObject([{ kind: 'auth' }]);
  });

  it('is reported to the operator also if it is the target that would continue a stream', async () => {
    const parts = [{ type: 'text' as const, text: 'The rain in Spain', chunks: 5 }];
    await using testGateway = await startWithoutAnthropicKey(
      [{ fault: 'cut', answer: { parts }, at: { content: 3 } }],
      {
        afterCommit: 'continue',
      },
    );
    const response = await post(testGateway, '/v1/chat/completions', {
      model: 'gpt',
      stream: true,
      messages: [{ role: 'user', content: 'hi' }],
    });
    expect(await response.text()).toContain(
      '"error":{"message":"the vendor could not be reached, or its connection broke"',
    );
    expect(testGateway.errors).toMatchObject([{ kind: 'auth' }]);
  });
});
