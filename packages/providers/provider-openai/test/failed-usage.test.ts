import { createMajordomo, user, type Usage } from '@majordomo/core';
import {
  answers,
  failureOf,
  streams,
  testServer,
  type Answer,
  type TestServer,
} from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenAI } from '../src/index.ts';

let server: TestServer;
afterEach(() => server.close());

/** Returns the usage of the only attempt of a failing call. */
async function usageOfFailure(
  api: 'chat' | 'responses',
  play: Answer,
  isStreamed: boolean,
): Promise<Usage | undefined> {
  server = await testServer(play);
  const provider = createOpenAI({ api, apiKey: 'k', baseURL: `${server.origin}/v1` });
  const model = createMajordomo({ providers: [provider] }).model('openai/gpt-5');
  const request = { messages: [user('hi')] };
  const call = isStreamed ? model.stream(request).response() : model.generate(request);
  return (await failureOf(call)).details.attempts[0]?.usage;
}

const usage = { input_tokens: 1200, output_tokens: 4000, output_tokens_details: { reasoning_tokens: 4000 } };
const failed = {
  id: 'resp_1',
  status: 'failed',
  error: { code: 'invalid_prompt', message: 'invalid' },
  output: [],
  usage,
};
const filtered = {
  id: 'resp_1',
  status: 'incomplete',
  incomplete_details: { reason: 'content_filter' },
  output: [],
  usage,
};
const counts = { prompt_tokens: 1200, completion_tokens: 4000 };

describe('a failed attempt reports the received usage', () => {
  it.each<[string, Answer, boolean]>([
    ['a complete response', answers(failed), false],
    ['response.failed', streams({ type: 'response.failed', response: failed }), true],
    [
      'a completed response of status failed',
      streams({ type: 'response.completed', response: failed }),
      true,
    ],
    ['a blocked response', answers(filtered), false],
    ['a blocked stream', streams({ type: 'response.incomplete', response: filtered }), true],
  ])('Responses: %s', async (_name, play, isStreamed) => {
    expect(await usageOfFailure('responses', play, isStreamed)).toMatchObject({
      input: 1200,
      output: 4000,
      reasoning: 4000,
    });
  });

  it.each<[string, Answer, boolean]>([
    [
      'a blocked response',
      answers({ choices: [{ message: { content: null }, finish_reason: 'content_filter' }], usage: counts }),
      false,
    ],
    [
      'an error after the usage',
      streams(
        { id: 'c', choices: [], usage: counts },
        { error: { message: 'broken', code: 'server_error' } },
      ),
      true,
    ],
  ])('Chat Completions: %s', async (_name, play, isStreamed) => {
    expect(await usageOfFailure('chat', play, isStreamed)).toMatchObject({ input: 1200, output: 4000 });
  });
});
