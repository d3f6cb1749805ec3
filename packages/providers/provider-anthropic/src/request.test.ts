import { assistant, toolResult, user } from '@majordomo/core';
import type { AssistantPart, ModelRequest } from '@majordomo/core';
import { requestOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { MESSAGES_QUIRKS, type Quirks } from './quirks.ts';
import { toWire } from './request.ts';
import { anthropicTools } from './server-tools.ts';

const LONG_CACHE = { prefix: 'long', messages: 'long', after: 0, key: 'k' } as const;

const wire = (more: Partial<ModelRequest>, quirks: Partial<Quirks> = {}, maxOutputTokens?: number) =>
  toWire(requestOf(more), 'claude-x', { ...MESSAGES_QUIRKS, ...quirks }, 'claude', { maxOutputTokens });
const BUDGET: Partial<Quirks> = { thinking: 'budget', efforts: [] };
const HI = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }];
const tool = { name: 't', description: 'd', parameters: { type: 'object' } };
const thinking: AssistantPart = {
  type: 'reasoning',
  text: 't',
  replay: { family: 'claude', data: { signature: 's' } },
};
const call: AssistantPart = { type: 'tool-call', id: 'c', name: 't', args: {} };
const result = toolResult({ callId: 'c', name: 't', content: 'r' });

describe('toWire', () => {
  it('sends only the required keys', () => {
    expect(wire({})).toEqual({ params: { model: 'claude-x', max_tokens: 8192, messages: HI }, warnings: [] });
  });

  it.for([
    [undefined, undefined, 8192],
    [undefined, 64_000, 64_000],
    [500, 64_000, 500],
    [500, undefined, 500],
  ] as const)(
    'maxTokens %s with a model of at most %s is sent as %s',
    ([maxTokens, maxOutputTokens, expected]) => {
      expect(wire({ maxTokens }, {}, maxOutputTokens).params.max_tokens).toBe(expected);
    },
  );

  it('lowers maxTokens to the limit of the model, with a warning', () => {
    const { params, warnings } = wire({ maxTokens: 100_000 }, {}, 4096);
    expect(params.max_tokens).toBe(4096);
    expect(warnings).toMatchObject([{ action: 'coerced', what: 'maxTokens to 4096' }]);
  });

  it.for([0, -5, NaN, 1.5, Infinity])('rejects maxTokens %s', (maxTokens) => {
    expect(() => wire({ maxTokens }, {}, 4096)).toThrow('maxTokens');
  });

  it.for([
    ['system as blocks', { system: 'be brief' }, { system: [{ type: 'text', text: 'be brief' }] }],
    ['no blank system', { system: ' \n' }, {}],
    ['stop sequences', { stop: ['END'] }, { stop_sequences: ['END'] }],
    ['top_k', { topK: 5 }, { top_k: 5 }],
    ['the ordinary tier', { serviceTier: 'default' }, { service_tier: 'standard_only' }],
    ['the priority tier', { serviceTier: 'priority' }, { service_tier: 'auto' }],
    ['temperature and top_p', { temperature: 0.3, topP: 0.9 }, { temperature: 0.3, top_p: 0.9 }],
    [
      'tools',
      { tools: [tool] },
      { tools: [{ name: 't', description: 'd', input_schema: { type: 'object' } }] },
    ],
    [
      'a tool choice with tools',
      { tools: [tool], toolChoice: 'required' },
      {
        tools: [{ name: 't', description: 'd', input_schema: { type: 'object' } }],
        tool_choice: { type: 'any' },
      },
    ],
    ['no tool choice without tools', { toolChoice: 'none' }, {}],
    [
      'reasoning',
      { reasoning: 'medium' },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } },
    ],
    [
      'an output schema',
      { output: { name: 'o', schema: { type: 'object', properties: {} } } },
      {
        output_config: {
          format: {
            type: 'json_schema',
            schema: { type: 'object', properties: {}, additionalProperties: false },
          },
        },
      },
    ],
    [
      'extra, merged last',
      { maxTokens: 5, extra: { max_tokens: 6, service_tier: 'auto' } },
      { max_tokens: 6, service_tier: 'auto' },
    ],
    ['the id of the user', { endUser: 'u-1' }, { metadata: { user_id: 'u-1' } }],
    [
      'extra metadata in addition to the id of the user',
      { endUser: 'u-1', extra: { metadata: { team: 't' } } },
      { metadata: { user_id: 'u-1', team: 't' } },
    ],
    [
      'extra settings of output_config in addition to those of the request',
      {
        reasoning: 'low',
        extra: { output_config: { effort: 'max' } },
        output: { name: 'o', schema: { type: 'array' } },
      },
      {
        thinking: { type: 'adaptive' },
        output_config: { effort: 'max', format: { type: 'json_schema', schema: { type: 'array' } } },
      },
    ],
  ] as const)('sends %s', ([, more, expected]) => {
    const { params, warnings } = wire(more);
    expect(params).toEqual({ model: 'claude-x', max_tokens: 8192, messages: HI, ...expected });
    expect(warnings).toEqual([]);
  });

  it('adds vendor tools to those of the request, and sends a complete list of the application unchanged', () => {
    const tools = [{ name: 'f', description: 'F.', parameters: { type: 'object' } }];
    const search = anthropicTools.webSearch({ maxUses: 2, allowedDomains: ['a.example'] });
    const sent = (vendorTools: readonly object[], requestTools = tools): unknown =>
      wire({ tools: requestTools, extra: { tools: vendorTools } }).params.tools?.map(({ name }) => name);
    expect(sent([search])).toEqual(['f', 'web_search']);
    expect(sent([search], [])).toEqual(['web_search']);
    expect(sent([search, { name: 'g', input_schema: {} }])).toEqual(['web_search', 'g']);
  });

  it.for([
    ['seed', { seed: 1 }, {}, {}, 'dropped seed'],
    [
      'temperature for a model that does not accept it',
      { temperature: 0.5 },
      { sampling: 'none' },
      {},
      'dropped temperature',
    ],
    ['topP for a model that does not accept it', { topP: 0.5 }, { sampling: 'none' }, {}, 'dropped topP'],
    [
      'topP together with temperature',
      { temperature: 0.5, topP: 0.5 },
      { sampling: 'one' },
      { temperature: 0.5 },
      'dropped topP',
    ],
    ['a temperature above 1', { temperature: 1.7 }, {}, { temperature: 1 }, 'coerced temperature to 1'],
    [
      'temperature while thinking',
      { temperature: 0.5, reasoning: 'low' },
      BUDGET,
      { thinking: { type: 'enabled', budget_tokens: 2048 } },
      'dropped temperature',
    ],
    [
      'topP while thinking',
      { topP: 0.5, reasoning: 'low' },
      BUDGET,
      { thinking: { type: 'enabled', budget_tokens: 2048 } },
      'dropped topP',
    ],
    [
      'blank stop sequences',
      { stop: ['\n', 'END'] },
      {},
      { stop_sequences: ['END'] },
      'dropped blank stop sequences',
    ],
  ] as const)('drops %s with a warning', ([, more, quirks, expected, warned]) => {
    const { params, warnings } = wire(more, quirks);
    expect(params).toEqual({ model: 'claude-x', max_tokens: 8192, messages: HI, ...expected });
    expect(warnings.map(({ action, what }) => `${action} ${what}`)).toEqual([warned]);
  });

  it('sends sampling settings that thinking permits', () => {
    const { params, warnings } = wire({ temperature: 1, topP: 0.97, reasoning: 'low' }, BUDGET);
    expect(params).toMatchObject({ temperature: 1, top_p: 0.97 });
    expect(warnings).toEqual([]);
  });

  it('warns about keywords that the API cannot enforce', () => {
    const { warnings } = wire({ output: { name: 'o', schema: { type: 'number', minimum: 1 } } });
    expect(warnings).toMatchObject([{ action: 'coerced', what: 'output schema: minimum' }]);
  });

  it('drops thinking if the turn starts with a tool call without thinking', () => {
    const unsignedTurn = wire(
      { reasoning: 'high', messages: [user('a'), assistant([call]), result] },
      BUDGET,
    );
    expect(unsignedTurn.params.thinking).toBeUndefined();
    expect(unsignedTurn.warnings).toMatchObject([{ action: 'dropped', what: 'reasoning' }]);
    const signedTurn = wire(
      { reasoning: 'high', messages: [user('a'), assistant([thinking, call]), result] },
      BUDGET,
    );
    expect(signedTurn.params.thinking).toMatchObject({ type: 'enabled' });
    expect(signedTurn.params.messages[1]?.content[0]).toEqual({
      type: 'thinking',
      thinking: 't',
      signature: 's',
    });
  });

  it('sends no thinking in a final assistant message while thinking is off', () => {
    const messages = [user('a'), assistant([thinking, { type: 'text', text: 'b' }])];
    const types = (quirks: Partial<Quirks>, more: Partial<ModelRequest> = {}) =>
      wire({ messages, ...more }, quirks).params.messages[1]?.content.map(({ type }) => type);
    expect(types(BUDGET)).toEqual(['text']);
    expect(types(BUDGET, { reasoning: 'low' })).toEqual(['thinking', 'text']);
    expect(types({ thinkingOff: 'never' })).toEqual(['thinking', 'text']);
  });

  it('does not change its request', () => {
    const request = deepFrozen(
      requestOf({
        system: 's',
        tools: [tool],
        cache: LONG_CACHE,
        stop: ['x'],
        messages: [user('a'), assistant([thinking, call]), result],
      }),
    );
    expect(() => toWire(request, 'claude-x', MESSAGES_QUIRKS, 'claude')).not.toThrow();
  });
});

function deepFrozen<T extends object>(value: T): T {
  for (const inner of Object.values(value) as unknown[])
    if (typeof inner === 'object' && inner !== null) deepFrozen(inner);
  return Object.freeze(value);
}

it('sends unsigned thinking back to its own server only', () => {
  const family = 'messages/api.example';
  const unsigned: AssistantPart = {
    type: 'reasoning',
    text: 'hm',
    replay: { family, data: { unsigned: true } },
  };
  const request = requestOf({ messages: [user('a'), assistant([unsigned, thinking, call]), result] });
  const sent = (reader: string): unknown =>
    toWire(request, 'm', MESSAGES_QUIRKS, reader).params.messages[1]?.content.map(({ type, ...rest }) =>
      type === 'thinking' ? rest : type,
    );
  expect(sent(family)).toEqual([{ thinking: 'hm' }, 'tool_use']);
  expect(sent('claude')).toEqual([{ thinking: 't', signature: 's' }, 'tool_use']);
});

describe('invalid content', () => {
  it('puts the schema of a record into the system text', () => {
    const schema = { type: 'object', additionalProperties: { type: 'number' } };
    const { params, warnings } = wire({ output: { name: 'answer', schema }, reasoning: 'low' });
    expect(params.output_config).toEqual({ effort: 'low' });
    expect(params.system?.[0]?.text).toMatch(/^Answer with JSON only.*additionalProperties/s);
    expect(warnings).toMatchObject([{ action: 'emulated', what: 'output' }]);
  });

  it('sanitizes the name of a call', () => {
    const messages = [user('a'), assistant([{ ...call, name: '$READ.FILE' }]), result];
    expect(wire({ messages }).params.messages[1]?.content).toMatchObject([
      { type: 'tool_use', name: '_READ_FILE' },
    ]);
  });

  it('warns about settings without a member', () => {
    const { params, warnings } = wire({
      seed: 1,
      logprobs: 1,
      frequencyPenalty: 1,
      presencePenalty: 1,
      serviceTier: 'flex',
      output: { name: 'answer', schema: undefined },
    });
    expect(params).toEqual({
      model: 'claude-x',
      max_tokens: 8192,
      messages: HI,
      system: [{ type: 'text', text: expect.stringContaining('JSON only') }],
    });
    expect(warnings.map(({ what }) => what)).toEqual([
      'output',
      'seed',
      'frequencyPenalty',
      'presencePenalty',
      'logprobs',
      'serviceTier "flex"',
    ]);
  });
});
