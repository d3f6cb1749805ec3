import type { JsonObject, ModelRequest, Warning } from '@majordomo/core';
import { requestOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { COMPATIBLE_QUIRKS, OPENAI_QUIRKS, type ChatQuirks } from './quirks.ts';
import { groq } from '../profiles/groq.ts';
import { toWire } from './request.ts';

const NONE_CACHE = { prefix: 'none', messages: 'none', after: 0, key: 'k' } as const;
const SHORT_CACHE = { prefix: 'short', messages: 'short', after: 0, key: 'k' } as const;
const LONG_CACHE = { prefix: 'long', messages: 'long', after: 0, key: 'k' } as const;

const tool = { name: 'add', description: 'Adds.', parameters: { type: 'object', properties: {} } };

const writeRequest = (
  overrides: Partial<ModelRequest> = {},
  quirks: Partial<ChatQuirks> = {},
  stream = false,
) => toWire(requestOf(overrides), 'm', { ...OPENAI_QUIRKS, ...quirks }, { stream });

/** Returns the members of the body other than the model, the messages and the tools. */
function settings(overrides: Partial<ModelRequest>, quirks: Partial<ChatQuirks> = {}): object {
  const {
    model: _model,
    messages: _messages,
    tools: _tools,
    ...rest
  } = writeRequest(overrides, quirks).params;
  return rest;
}

describe('toWire of Chat Completions', () => {
  it('contains only the model and the messages by default', () => {
    expect(writeRequest()).toEqual({
      params: { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
      warnings: [],
    });
  });

  it('requests a stream with usage if the server accepts it', () => {
    const streamed = { stream: true, stream_options: { include_usage: true } };
    expect(writeRequest({}, {}, true).params).toMatchObject(streamed);
    expect(writeRequest({}, { streamUsage: false }, true).params).not.toHaveProperty('stream_options');
    expect(writeRequest({}, { refuses: ['stream_options'] }, true)).toMatchObject({
      params: { stream: true },
      warnings: [],
    });
  });

  it.each<[string, Partial<ModelRequest>, Partial<ChatQuirks>, object]>([
    ['the limit', { maxTokens: 5 }, {}, { max_completion_tokens: 5 }],
    ['the limit under its older name', { maxTokens: 5 }, { maxTokensField: 'max_tokens' }, { max_tokens: 5 }],
    ['temperature 0', { temperature: 0 }, {}, { temperature: 0 }],
    ['top_p', { topP: 0.5 }, {}, { top_p: 0.5 }],
    [
      'penalties',
      { frequencyPenalty: 0.5, presencePenalty: -1 },
      {},
      { frequency_penalty: 0.5, presence_penalty: -1 },
    ],
    ['logprobs', { logprobs: 0 }, {}, { logprobs: true, top_logprobs: 0 }],
    ['top_k if the server accepts it', { topK: 5 }, { topK: true }, { top_k: 5 }],
    ['the tier', { serviceTier: 'flex' }, {}, { service_tier: 'flex' }],
    [
      'the tier in the name of the server',
      { serviceTier: 'priority' },
      groq.quirks ?? {},
      { service_tier: 'performance' },
    ],
    [
      'JSON of any form',
      { output: { name: 'answer', schema: undefined } },
      {},
      { response_format: { type: 'json_object' } },
    ],
    ['the seed', { seed: 7 }, {}, { seed: 7 }],
    ['the seed under its other name', { seed: 7 }, { seedField: 'random_seed' }, { random_seed: 7 }],
    ['stop', { stop: ['a', 'b'] }, {}, { stop: ['a', 'b'] }],
    ['no empty stop', { stop: [] }, {}, {}],
    ['effort', { reasoning: 'low' }, {}, { reasoning_effort: 'low' }],
    ['effort off', { reasoning: 'none' }, {}, { reasoning_effort: 'none' }],
    [
      'effort inside',
      { reasoning: 'high' },
      { reasoningRequest: 'reasoning.effort' },
      { reasoning: { effort: 'high' } },
    ],
    [
      'effort off inside',
      { reasoning: 'none' },
      { reasoningRequest: 'reasoning.effort' },
      { reasoning: { effort: 'none' } },
    ],
    [
      'thinking off',
      { reasoning: 'none' },
      { reasoningRequest: 'thinking.type' },
      { thinking: { type: 'disabled' } },
    ],
    [
      'thinking off together with effort',
      { reasoning: 'none' },
      { reasoningOff: 'thinking.disabled' },
      { thinking: { type: 'disabled' } },
    ],
    [
      'a flag off',
      { reasoning: 'none' },
      { reasoningRequest: 'enable_thinking' },
      { enable_thinking: false },
    ],
    ['no effort for a model without reasoning', { reasoning: 'none' }, { reasoningRequest: 'none' }, {}],
    ['a long cache', { cache: LONG_CACHE }, {}, { prompt_cache_retention: '24h', prompt_cache_key: 'k' }],
    ['the key of a short cache', { cache: SHORT_CACHE }, {}, { prompt_cache_key: 'k' }],
    ['a choice without tools', { toolChoice: 'auto' }, {}, {}],
    ['a choice', { tools: [tool], toolChoice: 'required' }, {}, { tool_choice: 'required' }],
    [
      'a choice under another name',
      { tools: [tool], toolChoice: 'required' },
      { requiredChoice: 'any' },
      { tool_choice: 'any' },
    ],
    [
      'a named choice',
      { tools: [tool], toolChoice: { name: 'add' } },
      {},
      { tool_choice: { type: 'function', function: { name: 'add' } } },
    ],
    ['a profile’s own members', {}, { extraBody: { route: 'x' } }, { route: 'x' }],
    [
      'extra, which overrides all members',
      { temperature: 1, extra: { temperature: 2, user: 'u' } },
      { extraBody: { user: 'p' } },
      { temperature: 2, user: 'u' },
    ],
    ['extra that removes a member', { temperature: 1, extra: { temperature: undefined } }, {}, {}],
  ])('sends %s', (_what, overrides, quirks, expected) => {
    expect(settings(overrides, quirks)).toEqual(expected);
    expect(writeRequest(overrides, quirks).warnings).toEqual([]);
  });

  it.each<[string, Partial<ModelRequest>, Partial<ChatQuirks>, object, Warning['action'], string]>([
    [
      'logprobs that the server rejects',
      { logprobs: 2 },
      { refuses: ['logprobs'] },
      {},
      'dropped',
      'logprobs',
    ],
    ['top_k, which OpenAI does not accept', { topK: 5 }, {}, {}, 'dropped', 'topK'],
    [
      'the tier of a server without tiers',
      { serviceTier: 'flex' },
      { serviceTiers: 'none' },
      {},
      'dropped',
      'serviceTier "flex"',
    ],
    [
      'an effort that is sent as the nearest one',
      { reasoning: 'minimal' },
      { efforts: ['low'] },
      { reasoning_effort: 'low' },
      'coerced',
      'reasoning "minimal" to low',
    ],
    ['a rejected setting', { temperature: 1 }, { refuses: ['temperature'] }, {}, 'dropped', 'temperature'],
    [
      'an effort without a name on the wire',
      { reasoning: 'low' },
      { reasoningRequest: 'none' },
      {},
      'dropped',
      'reasoning',
    ],
    [
      'a rejected effort',
      { reasoning: 'low' },
      { refuses: ['reasoning_effort'] },
      {},
      'dropped',
      'reasoning_effort',
    ],
    [
      'reasoning that cannot be disabled',
      { reasoning: 'none' },
      { reasoningOff: 'omit' },
      {},
      'dropped',
      'reasoning "none"',
    ],
    [
      'reasoning that is at least low',
      { reasoning: 'none' },
      { reasoningOff: 'low' },
      { reasoning_effort: 'low' },
      'coerced',
      'reasoning "none"',
    ],
    [
      'an effort for a server with a switch only',
      { reasoning: 'low' },
      { reasoningRequest: 'thinking.type' },
      { thinking: { type: 'enabled' } },
      'coerced',
      'reasoning "low"',
    ],
    [
      'an effort for a server with a flag only',
      { reasoning: 'low' },
      { reasoningRequest: 'enable_thinking' },
      { enable_thinking: true },
      'coerced',
      'reasoning "low"',
    ],
    ['too many stops', { stop: ['a', 'b'] }, { stopMax: 1 }, { stop: ['a'] }, 'dropped', 'stop[1] and later'],
    [
      'stops for a server that accepts none',
      { stop: ['a'] },
      { stopMax: 0 },
      {},
      'dropped',
      'stop[0] and later',
    ],
    [
      'a cache that was not requested',
      { cache: LONG_CACHE },
      { cacheRequest: 'none', cacheKey: 'none' },
      {},
      'dropped',
      'cache "long"',
    ],
    ['no cache', { cache: NONE_CACHE }, {}, {}, 'dropped', 'cache "none"'],
  ])('warns about %s', (_what, overrides, quirks, expected, action, what) => {
    expect(settings(overrides, quirks)).toEqual(expected);
    expect(writeRequest(overrides, quirks).warnings).toEqual([
      { action, what, why: expect.any(String) as string },
    ]);
  });

  it('does not change a frozen request', () => {
    const frozenRequest = deepFrozen(
      requestOf({
        system: 's',
        tools: [tool],
        toolChoice: 'auto',
        stop: ['a'],
        output: { name: 'answer', schema: { type: 'object' } },
        extra: { user: 'u' },
      }),
    );
    const before = structuredClone(frozenRequest);
    toWire(frozenRequest, 'm', OPENAI_QUIRKS, { stream: true });
    expect(frozenRequest).toEqual(before);
  });
});

describe('an output schema', () => {
  const closed = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  };
  const open = { type: 'object', properties: { a: { type: 'string' } } };

  const nullable = { ...closed, properties: { a: { type: ['string', 'null'] } } };

  it.each<[string, boolean, JsonObject, JsonObject, boolean]>([
    ['unchanged, as strict if strict mode can express it', true, closed, closed, true],
    ['unchanged, as strict, also without strict tools', false, closed, closed, true],
    ['as strict, with nullable instead of optional properties', true, open, nullable, true],
    ['unchanged, not as strict, to a server without strict tools', false, open, open, false],
  ])('is sent %s', (_when, strictTools, inputSchema, schema, strict) => {
    const { params, originals } = writeRequest(
      { output: { name: 'answer', schema: inputSchema } },
      { strictTools },
    );
    expect(params['response_format']).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', schema, strict },
    });
    expect(originals?.output).toBe(schema === nullable ? open : undefined);
  });

  it('warns if strict mode cannot express it', () => {
    const { warnings } = writeRequest({
      output: { name: 'answer', schema: { ...open, additionalProperties: true } },
    });
    expect(warnings).toEqual([
      {
        action: 'dropped',
        what: 'strict for the schema of the response',
        why: 'strict mode cannot express properties of any name',
      },
    ]);
  });

  it.each<[ChatQuirks['output'], object]>([
    ['json_object', { response_format: { type: 'json_object' } }],
    ['instruct', {}],
  ])('is put into the system text for %s, with a warning', (output, expected) => {
    const { params, warnings } = writeRequest(
      { system: 'Be brief.', output: { name: 'answer', schema: open } },
      { output },
    );
    expect(params).toMatchObject({
      messages: [
        {
          role: 'system',
          content: expect.stringMatching(/^Be brief\.\n\n.*JSON Schema.*"properties"/s) as string,
        },
        {},
      ],
    });
    expect(params['response_format']).toEqual((expected as { response_format?: object }).response_format);
    expect(warnings).toEqual([{ action: 'emulated', what: 'output', why: expect.any(String) as string }]);
  });
});

it('memoizes wire tools by the list of tools', () => {
  const tools = [tool];
  const first = writeRequest({ tools }).params['tools'];
  expect(writeRequest({ tools }).params['tools']).toBe(first);
  tools.push({ ...tool, name: 'sub' });
  expect(writeRequest({ tools }).params['tools']).toHaveLength(2);
  expect(first).toHaveLength(1);
});

it('marks a tool as strict if the server and its schema permit it', () => {
  const optional = { type: 'object', properties: { a: { type: 'string' } } };
  const tools = [optional, { type: 'object', additionalProperties: { type: 'string' } }].map(
    (parameters, at) => ({
      name: `f${at}`,
      description: 'd',
      parameters,
    }),
  );
  const sent = (quirks: Partial<ChatQuirks>): unknown => {
    const { params, originals, warnings } = writeRequest({ tools }, quirks);
    const list = params['tools'] as { function: { strict?: true; parameters: object } }[];
    return [
      list.map(({ function: { strict } }) => strict),
      [...(originals?.tools ?? [])],
      warnings.map(({ what }) => what),
    ];
  };
  expect(sent({ strictTools: true })).toEqual([
    [true, undefined],
    [['f0', optional]],
    ['strict for the schema of f1'],
  ]);
  expect(sent({ strictTools: false })).toEqual([[undefined, undefined], [], []]);
});

it('adds vendor tools to those of the request, and sends a complete list of the application unchanged', () => {
  const sent = (vendorTools: readonly object[], tools = [tool]): unknown =>
    (writeRequest({ tools, extra: { tools: vendorTools } }).params['tools'] as { type: string }[]).map(
      ({ type }) => type,
    );
  expect(sent([{ type: 'web_search' }])).toEqual(['function', 'web_search']);
  expect(sent([{ type: 'web_search' }], [])).toEqual(['web_search']);
  expect(sent([{ type: 'web_search' }, { type: 'function' }])).toEqual(['web_search', 'function']);
});

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFrozen);
  return Object.freeze(value);
}

describe('schemas of tools', () => {
  const nullable = { type: 'object', properties: { a: { type: ['string', 'null'] } } };
  const tools = [{ name: 'f', description: 'd', parameters: nullable }];
  const sent = (toolSchemas: ChatQuirks['toolSchemas']): unknown[] => {
    const request = { messages: [], tools, output: undefined, extra: {} };
    const { params, warnings } = toWire(
      request,
      'm',
      { ...COMPATIBLE_QUIRKS, toolSchemas },
      { stream: false },
    );
    const [tool] = params['tools'] as { function: { parameters: { properties: { a: unknown } } } }[];
    return [tool?.function.parameters.properties.a, warnings.map(({ what }) => what), params['tools']];
  };

  it.each([
    ['complete', { type: ['string', 'null'] }, []],
    ['plain', { type: 'string', nullable: true }, []],
    ['typed', { type: 'string' }, ['null in the schema of f']],
  ] as const)('are %s', (kind, schema, expectedWarnings) => {
    expect(sent(kind).slice(0, 2)).toEqual([schema, expectedWarnings]);
    expect(sent(kind)[2]).toBe(sent(kind)[2]);
  });
});
