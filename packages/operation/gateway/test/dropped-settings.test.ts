import { describe, expect, it } from 'vitest';
import { startGateway, KEY } from './support/test-gateway.ts';

const BODIES: Readonly<Record<string, object>> = {
  'chat/completions': { model: 'gpt', messages: [{ role: 'user', content: 'hi' }] },
  responses: { model: 'gpt', input: 'hi' },
  messages: { model: 'gpt', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] },
};

const TOOL = { name: 'weather', input_schema: { type: 'object' } };
const ONE_CALL = { type: 'auto', disable_parallel_tool_use: true };

/** Sends a request with these settings and returns the warnings and the body of the response. */
async function sent(path: string, settings: object): Promise<readonly [string, Record<string, unknown>]> {
  await using testGateway = await startGateway();
  const response = await fetch(`${testGateway.url}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ ...BODIES[path], ...settings }),
  });
  expect(response.status).toBe(200);
  const body = (await response.json()) as Record<string, unknown>;
  return [response.headers.get('x-majordomo-warnings') ?? '', body];
}

describe('a setting that no target receives', () => {
  it.each([
    ['responses', { include: ['message.output_text.logprobs'] }, 'include message.output_text.logprobs'],
    ['responses', { reasoning: { generate_summary: 'auto' } }, 'reasoning.generate_summary'],
    ['responses', { service_tier: 'scale' }, 'service_tier scale'],
    ['chat/completions', { service_tier: 'scale' }, 'service_tier scale'],
    ['messages', { service_tier: 'standard_only' }, 'service_tier'],
    ['messages', { thinking: { type: 'adaptive', display: 'omitted' } }, 'thinking.display'],
    ['messages', { output_config: { task_budget: { total: 9 } } }, 'output_config.task_budget'],
    ['messages', { thread: { type: 'create' } }, 'thread'],
    ['messages', { unheard_of: 1 }, 'unheard_of'],
    ['messages', { tools: [TOOL], tool_choice: ONE_CALL }, 'disable_parallel_tool_use'],
    ['responses', { parallel_tool_calls: false }, 'parallel_tool_calls'],
    ['chat/completions', { parallel_tool_calls: false }, 'parallel_tool_calls'],
  ])('is named in the warnings of %s: %o', async (path, settings, name) => {
    const [warnings] = await sent(path, settings);
    expect(warnings).toContain(`dropped ${name}:`);
  });

  it.each([
    ['responses', { include: ['reasoning.encrypted_content'], text: { format: { type: 'text' } } }],
    [
      'messages',
      { service_tier: 'auto', tool_choice: { type: 'auto' }, top_k: 0, metadata: { user_id: 'a' } },
    ],
    [
      'responses',
      { store: false, background: false, tool_choice: 'auto', user: 'a', safety_identifier: 'b' },
    ],
    [
      'responses',
      { stream_options: { include_obfuscation: false }, parallel_tool_calls: true, metadata: {} },
    ],
    ['chat/completions', { prompt_cache_key: 'a', prompt_cache_options: { mode: 'implicit', ttl: '30m' } }],
    ['responses', { prompt_cache_key: 'a', prompt_cache_options: { mode: 'implicit', ttl: '30m' } }],
    ['chat/completions', { user: 'a', safety_identifier: 'b', metadata: {}, n: 1, modalities: ['text'] }],
    ['chat/completions', { max_tokens: 9, max_completion_tokens: 9, tool_choice: 'auto', top_logprobs: 1 }],
    ['chat/completions', { parallel_tool_calls: true }],
  ])('is not named in the warnings of %s if it has its default effect: %o', async (path, settings) => {
    expect((await sent(path, settings))[0]).toBe('');
  });
});
