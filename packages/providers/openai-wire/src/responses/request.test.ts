import type { ModelRequest } from '@majordomo/core';
import { requestOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { codex } from '../profiles/codex.ts';
import { responsesTraits } from '../profile.ts';
import { OPENAI_RESPONSES_QUIRKS, type ResponsesQuirks } from './quirks.ts';
import type { WireParams } from '../request.ts';
import { toWire } from './request.ts';

const NONE_CACHE = { prefix: 'none', messages: 'none', after: 0, key: 'k' } as const;
const LONG_CACHE = { prefix: 'long', messages: 'long', after: 0, key: 'k' } as const;

const wire = (
  overrides: Partial<ModelRequest>,
  quirks: Partial<ResponsesQuirks> = {},
  stream = false,
): { params: WireParams; warningNames: readonly string[] } => {
  const all = { ...OPENAI_RESPONSES_QUIRKS, ...quirks };
  const { params, warnings } = toWire(requestOf(overrides), 'm', all, { stream, family: 'f' });
  return { params, warningNames: warnings.map(({ action, what }) => `${action} ${what}`) };
};
const input = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }];
const include = ['reasoning.encrypted_content'];
const closed = {
  type: 'object',
  properties: { a: { type: 'string' } },
  required: ['a'],
  additionalProperties: false,
};
const tools = [{ name: 'f', description: 'd', parameters: closed }];

describe('toWire of Responses', () => {
  it('disables storage and omits members without a value', () => {
    expect(wire({})).toEqual({ params: { model: 'm', input, store: false, include }, warningNames: [] });
  });

  it.each<[string, Partial<ModelRequest>, object]>([
    ['system text', { system: 'Be brief.' }, { instructions: 'Be brief.' }],
    [
      'limits',
      { maxTokens: 9, temperature: 0, topP: 0.5 },
      { max_output_tokens: 9, temperature: 0, top_p: 0.5 },
    ],
    ['the tier', { serviceTier: 'priority' }, { service_tier: 'priority' }],
    [
      'logprobs',
      { logprobs: 3 },
      { top_logprobs: 3, include: ['reasoning.encrypted_content', 'message.output_text.logprobs'] },
    ],
    [
      'JSON without a schema, with an instruction',
      { output: { name: 'answer', schema: undefined } },
      {
        text: { format: { type: 'json_object' } },
        instructions: 'Answer with one JSON value, and with nothing else.',
      },
    ],
    ['effort', { reasoning: 'low' }, { reasoning: { effort: 'low' } }],
    ['no effort', { reasoning: 'none' }, { reasoning: { effort: 'none' } }],
    ['a long cache', { cache: LONG_CACHE }, { prompt_cache_retention: '24h', prompt_cache_key: 'k' }],
    [
      'tools',
      { tools, toolChoice: { name: 'f' } },
      {
        tools: [{ type: 'function', name: 'f', description: 'd', parameters: closed, strict: true }],
        tool_choice: { type: 'function', name: 'f' },
        parallel_tool_calls: true,
      },
    ],
    ['a tool choice without tools', { toolChoice: 'auto' }, {}],
    [
      'a schema',
      { output: { name: 'answer', schema: closed } },
      { text: { format: { type: 'json_schema', name: 'answer', schema: closed, strict: true } } },
    ],
    [
      'extra, last',
      { extra: { store: true, include: undefined, safety_identifier: 'x' } },
      { store: true, include: undefined, safety_identifier: 'x' },
    ],
    [
      'include of extra, in addition to that of the request',
      { logprobs: 1, extra: { include: ['file_search_call.results', 'reasoning.encrypted_content'] } },
      {
        top_logprobs: 1,
        include: ['reasoning.encrypted_content', 'message.output_text.logprobs', 'file_search_call.results'],
      },
    ],
  ])('%s', (_name, overrides, members) => {
    expect(wire(overrides)).toEqual({
      params: { model: 'm', input, store: false, include, ...members },
      warningNames: [],
    });
  });

  it('marks a tool as not strict if its schema is inexpressible', () => {
    const parameters = { type: 'object', additionalProperties: true };
    const { params, warningNames } = wire({ tools: [{ name: 'f', description: 'd', parameters }] });
    expect(params['tools']).toMatchObject([{ strict: false, parameters }]);
    expect(warningNames).toEqual(['dropped strict for the schema of f']);
  });

  it('warns about settings without a member', () => {
    expect(wire({ stop: ['x'], seed: 1, cache: NONE_CACHE }).warningNames).toEqual([
      'dropped cache "none"',
      'dropped stop',
      'dropped seed',
    ]);
  });

  it.each<[Partial<ResponsesQuirks>, Partial<ModelRequest>, object, string[]]>([
    [{ systemRole: 'developer' }, { system: 's' }, { instructions: undefined }, []],
    [{ reasoningReplay: 'omit' }, {}, { include: undefined }, []],
    [{ reasoningRequest: 'none' }, { reasoning: 'high' }, { reasoning: undefined }, ['dropped reasoning']],
    [
      { reasoningOff: 'low' },
      { reasoning: 'none' },
      { reasoning: { effort: 'low' } },
      ['coerced reasoning "none"'],
    ],
    [{ reasoningSummary: 'auto' }, {}, { reasoning: { summary: 'auto' } }, []],
    [{ refuses: ['temperature'] }, { temperature: 1 }, { temperature: undefined }, ['dropped temperature']],
    [
      { output: 'json_object' },
      { output: { name: 'a', schema: closed } },
      { text: { format: { type: 'json_object' } } },
      ['emulated output'],
    ],
    [
      { output: 'instruct' },
      { output: { name: 'a', schema: closed } },
      { text: undefined },
      ['emulated output'],
    ],
  ])('%j', (quirks, overrides, members, warningNames) => {
    const sent = wire(overrides, quirks);
    expect(sent.warningNames).toEqual(warningNames);
    expect({
      ...Object.fromEntries(Object.keys(members).map((name) => [name, undefined])),
      ...sent.params,
    }).toMatchObject(members);
  });

  it('puts the system text at the position of the quirk', () => {
    expect(wire({ system: 's' }, { systemRole: 'developer' }).params['input']).toEqual([
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 's' }] },
      ...input,
    ]);
  });

  it('omits members that the plan backend rejects', () => {
    const { quirks } = responsesTraits(codex, 'gpt-5-codex');
    const { params, warningNames } = wire(
      { temperature: 1, topP: 1, maxTokens: 5, reasoning: 'none' },
      quirks,
      true,
    );
    expect(params).toEqual({
      model: 'm',
      instructions: 'You are a helpful assistant.',
      input,
      store: false,
      stream: true,
      include,
      reasoning: { effort: 'low', summary: 'auto' },
    });
    expect(warningNames).toEqual([
      'emulated system',
      'dropped max_output_tokens',
      'dropped temperature',
      'dropped top_p',
      'coerced reasoning "none"',
    ]);
  });
});
