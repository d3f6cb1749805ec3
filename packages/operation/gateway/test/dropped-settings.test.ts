import { describe, expect, it } from 'vitest';
import { post } from './support/clients.ts';
import { startGateway } from './support/test-gateway.ts';

const BODIES: Readonly<Record<string, object>> = {
  'chat/completions': { model: 'gpt', messages: [{ role: 'user', content: 'hi' }] },
  responses: { model: 'gpt', input: 'hi' },
  messages: { model: 'gpt', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] },
  'models/gpt:generateContent': { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
};
const GEMINI = 'models/gpt:generateContent';

const TOOL = { name: 'weather', input_schema: { type: 'object' } };
const HOSTED = { type: 'web_search_20260209', name: 'web_search' };
const FUNCTION = { type: 'function', function: { name: 'f' } };
const SCHEMA = { type: 'object', properties: {} };
const thinking = (thinkingConfig: object): object => ({ generationConfig: { thinkingConfig } });
const textTurns = (text: object): object => ({ messages: [{ role: 'user', content: [text] }] });

/** Sends a request with these settings and returns the warnings and the body of the response. */
async function sent(path: string, settings: object): Promise<readonly [string, Record<string, unknown>]> {
  await using testGateway = await startGateway();
  const response = await post(testGateway, `/${path === GEMINI ? 'v1beta' : 'v1'}/${path}`, {
    ...BODIES[path],
    ...settings,
  });
  expect(response.status).toBe(200);
  const body = (await response.json()) as Record<string, unknown>;
  return [response.headers.get('x-majordomo-warnings') ?? '', body];
}

describe('a setting that no target receives', () => {
  it.each([
    ['responses', { reasoning: { generate_summary: 'auto' } }, 'reasoning.generate_summary'],
    ['responses', { service_tier: 'scale' }, 'service_tier scale'],
    ['messages', { output_config: { task_budget: { total: 9 } } }, 'output_config.task_budget'],
    ['messages', { unheard_of: 1 }, 'unheard_of'],
    ['messages', { service_tier: 'flex' }, 'service_tier'],
    ['messages', { tool_choice: { type: 'any' } }, 'tool_choice'],
    ['messages', { tools: [HOSTED], tool_choice: { type: 'tool', name: 'web_search' } }, 'tool_choice'],
    ['messages', { tools: [TOOL], tool_choice: { type: 'auto', extra: 1 } }, 'tool_choice.extra'],
    ['messages', { cache_control: { type: 'ephemeral', scope: 'a' } }, 'cache_control.scope'],
    ['messages', { system: [{ type: 'text', text: 'hi', extra: 1 }] }, 'text.extra'],
    ['messages', { messages: [{ role: 'user', content: 'hi', name: 'bob' }] }, 'message.name'],
    ['messages', { output_format: { type: 'json_schema', schema: SCHEMA, extra: 1 } }, 'output_format.extra'],
    ['chat/completions', { max_tokens: 9, max_completion_tokens: 8 }, 'max_tokens'],
    ['chat/completions', { top_logprobs: 1 }, 'top_logprobs'],
    ['chat/completions', { tool_choice: 'required' }, 'tool_choice'],
    ['chat/completions', { stream_options: { extra: 1 } }, 'stream_options.extra'],
    [
      'chat/completions',
      { response_format: { type: 'json_object', schema: SCHEMA } },
      'response_format.schema',
    ],
    [
      'chat/completions',
      textTurns({ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }),
      'text.cache_control',
    ],
    ['chat/completions', { tools: [{ ...FUNCTION, cache_control: {} }] }, 'tool.cache_control'],
    [
      'chat/completions',
      { tools: [FUNCTION], tool_choice: { ...FUNCTION, disable_parallel_tool_use: true } },
      'tool_choice.disable_parallel_tool_use',
    ],
    ['responses', { user: 'a', safety_identifier: 'b' }, 'user'],
    [
      'responses',
      {
        tools: [{ type: 'function', name: 'f' }],
        tool_choice: { type: 'function', name: 'f', disable_parallel_tool_use: true },
      },
      'tool_choice.disable_parallel_tool_use',
    ],
    ['responses', { tool_choice: { type: 'web_search' }, tools: [{ type: 'web_search' }] }, 'tool_choice'],
    ['responses', { stream_options: { extra: 1 } }, 'stream_options.extra'],
    ['responses', { text: { format: { type: 'json_object', extra: 1 } } }, 'text.format.extra'],
    [
      'responses',
      { input: [{ role: 'user', content: [{ type: 'input_text', text: 'hi', extra: 1 }] }] },
      'input_text.extra',
    ],
    [GEMINI, thinking({ thinkingBudget: -1 }), 'thinkingConfig.thinkingBudget'],
    [GEMINI, thinking({ thinkingBudget: 9, thinkingLevel: 'HIGH' }), 'thinkingConfig.thinkingBudget'],
    [GEMINI, thinking({ includeThoughts: false }), 'thinkingConfig.includeThoughts'],
    [GEMINI, { toolConfig: { functionCallingConfig: { mode: 'ANY' } } }, 'functionCallingConfig'],
    [GEMINI, { contents: [{ parts: [{ text: 'hi' }], extra: 1 }] }, 'content.extra'],
    [
      GEMINI,
      { generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } },
      'generationConfig.responseModalities',
    ],
    [
      GEMINI,
      { generationConfig: { responseJsonSchema: SCHEMA, responseSchema: { type: 'OBJECT' } } },
      'generationConfig.responseSchema',
    ],
    [
      GEMINI,
      {
        tools: [
          {
            functionDeclarations: [
              { name: 'f', parametersJsonSchema: SCHEMA, parameters: { type: 'OBJECT' } },
            ],
          },
        ],
      },
      'tool.parameters',
    ],
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
      { store: false, background: false, tool_choice: 'auto', user: 'a', safety_identifier: 'a' },
    ],
    [
      'responses',
      { stream_options: { include_obfuscation: false }, parallel_tool_calls: true, metadata: {} },
    ],
    ['chat/completions', { prompt_cache_key: 'a', prompt_cache_options: { mode: 'implicit', ttl: '30m' } }],
    ['responses', { prompt_cache_key: 'a', prompt_cache_options: { mode: 'implicit', ttl: '30m' } }],
    ['chat/completions', { user: 'a', safety_identifier: 'a', metadata: {}, n: 1, modalities: ['text'] }],
    ['chat/completions', { max_tokens: 9, max_completion_tokens: 9, tool_choice: 'none', top_logprobs: 0 }],
    ['chat/completions', { parallel_tool_calls: true }],
    [GEMINI, { generationConfig: { responseModalities: ['TEXT'] } }],
  ])('is not named in the warnings of %s if it has its default effect: %o', async (path, settings) => {
    expect((await sent(path, settings))[0]).toBe('');
  });
});
