import {
  assistant,
  toolResult,
  user,
  type JsonObject,
  type ModelRequest,
  type ModelTool,
  type TurnMessage,
} from '@majordomo/core';
import { asList, asRecord } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import { responsesTraits, type ResponsesProfile } from '../profile.ts';
import { codex } from '../profiles/codex.ts';
import { openaiResponses } from '../profiles/openai-responses.ts';
import { xaiResponses } from '../profiles/xai-responses.ts';
import { OPENAI_RESPONSES_QUIRKS } from './quirks.ts';
import { responsesRecovery } from '../../test/recoveries.ts';
import { toWire } from './request.ts';

const QUIRKS = { ...OPENAI_RESPONSES_QUIRKS, toolLoading: 'additional_tools' } as const;

const tool = (name: string, deferred?: true): ModelTool => ({
  name,
  description: `does ${name}`,
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  ...(deferred && { deferred }),
});

const call = (id: string) => ({ type: 'tool-call', id, name: 'search', args: {} }) as const;
const result = (callId: string, loads: readonly string[], isError = false) =>
  ({ callId, name: 'search', content: `found ${loads.join()}`, loads, isError }) as const;
const searchAndResult = (id: string, loads: readonly string[], isError = false): readonly TurnMessage[] => [
  assistant([call(id)]),
  toolResult(result(id, loads, isError)),
];

const request = (more: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [user('go'), ...searchAndResult('1', ['a', 'gone'])],
  tools: [tool('search'), tool('a', true)],
  output: undefined,
  extra: {},
  ...more,
});

const sent = (more?: Partial<ModelRequest>, quirks: typeof OPENAI_RESPONSES_QUIRKS = QUIRKS) =>
  toWire(request(more), 'm', quirks, { stream: false }).params;
const namesIn = (tools: unknown): unknown[] => asList(tools).map((each) => asRecord(each)['name']);
/** Returns the types of the input items, with the names of additional tools. */
const itemsOf = ({ input }: ReturnType<typeof sent>): string[] =>
  asList(input).map((item) => {
    const { type, tools } = asRecord(item);
    return tools === undefined ? String(type) : `${String(type)} ${namesIn(tools).join()}`;
  });

describe('a loaded tool', () => {
  it('is an item after the result that loads it, in the form of the other tools', () => {
    const params = sent();
    expect(namesIn(params['tools'])).toEqual(['search']);
    expect(asList(params['input']).at(-1)).toEqual({
      type: 'additional_tools',
      role: 'developer',
      tools: [
        {
          type: 'function',
          name: 'a',
          description: 'does a',
          parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
          strict: true,
        },
      ],
    });
  });

  it('is sent once, after the first result of a turn that loads it', () => {
    const messages = [
      user('go'),
      assistant([call('1'), call('2')]),
      toolResult([result('1', ['a', 'a']), result('2', ['b', 'a'])]),
      ...searchAndResult('3', ['a', 'b']),
    ];
    const params = sent({ messages, tools: [tool('search'), tool('a', true), tool('b', true)] });
    expect(itemsOf(params)).toEqual([
      'message',
      'function_call',
      'function_call',
      'function_call_output',
      'additional_tools a',
      'function_call_output',
      'additional_tools b',
      'function_call',
      'function_call_output',
    ]);
  });

  it('is not loaded by a failed result, and not sent without a definition, although the message was converted before', () => {
    const messages = [user('go'), ...searchAndResult('1', ['a'], true), ...searchAndResult('2', ['a'])];
    expect(itemsOf(sent({ messages }))).toEqual([
      'message',
      'function_call',
      'function_call_output',
      'function_call',
      'function_call_output',
      'additional_tools a',
    ]);
    expect(itemsOf(sent({ messages, tools: [tool('search')] })).join()).not.toContain('additional_tools');
    expect(itemsOf(sent({ messages })).at(-1)).toBe('additional_tools a');
  });

  it.each<[string, Partial<ModelRequest>, Partial<typeof OPENAI_RESPONSES_QUIRKS>]>([
    ['for a model without additional tools', {}, { toolLoading: 'none' }],
    ['if the request has no other tool', { tools: [tool('a', true)] }, {}],
    ['if the tool choice names it', { toolChoice: { name: 'a' } }, {}],
  ])('is an ordinary tool %s', (_name, more, quirks) => {
    const params = sent(more, { ...QUIRKS, ...quirks });
    expect(itemsOf(params).join()).not.toContain('additional_tools');
    expect(namesIn(params['tools']).at(-1)).toBe('a');
  });

  it('leaves the tools and the earlier input unchanged when more are loaded', () => {
    const messages = [user('go'), ...searchAndResult('1', ['a'])];
    const first = sent({ messages });
    const tools = [tool('search'), tool('a', true), tool('b', true)];
    const second = sent({ messages: [...messages, ...searchAndResult('2', ['b'])], tools });
    expect(JSON.stringify(second['tools'])).toBe(JSON.stringify(first['tools']));
    const { length } = asList(first['input']);
    expect(JSON.stringify(asList(second['input']).slice(0, length))).toBe(JSON.stringify(first['input']));
  });

  it('is counted among the leading items before a cache breakpoint', () => {
    const cache = { prefix: 'short', messages: 'none', after: 4, key: 'k' } as const;
    const messages = [user('go'), ...searchAndResult('1', ['a']), user('document'), user('question')];
    const { input } = sent({ messages, cache }, { ...QUIRKS, cacheRequest: 'prompt_cache_options' });
    const breakpointIndex = asList(input).findIndex((item) => JSON.stringify(item).includes('breakpoint'));
    expect(asList(input)[breakpointIndex]).toMatchObject({ content: [{ text: 'document' }] });
  });

  it.each<[string, number, string, string?]>([
    ['Bedrock', 400, "Invalid 'input': value did not match any expected variant"],
    [
      'a server that names the type',
      400,
      "Invalid value: 'additional_tools'. Supported values are: 'message'",
      'input[3]',
    ],
    ['a server that names the position', 422, 'unexpected item', 'input[3].role'],
  ])('is sent with the others after the rejection of %s', (_name, status, message, param) => {
    const failure = { message, param, code: undefined, type: undefined };
    const recovery = responsesRecovery(failure, status, sent());
    expect(recovery).toMatchObject({ id: 'tool-loading', remember: true });
    const changed = recovery?.apply(request());
    expect(itemsOf(sent(changed)).join()).not.toContain('additional_tools');
    expect(namesIn(sent(changed)['tools'])).toEqual(['search', 'a']);
    expect(recovery?.isNeededFor?.(request({ tools: [tool('search')] }))).toBe(false);
  });

  it.each<[string, number, string, string?]>([
    ['the position of another item', 400, "Invalid 'input[2].output': string too long", 'input[2].output'],
    ['the context', 400, 'Your input exceeds the context window of this model.'],
    ['another status', 500, "Invalid 'input': value did not match any expected variant"],
  ])('remains where it is after an error about %s', (_name, status, message, param) => {
    const failure = { message, param, code: undefined, type: undefined };
    expect(responsesRecovery(failure, status, sent())?.id).not.toBe('tool-loading');
  });

  it('is listed once after the rejection of strict schemas', () => {
    const failure = {
      message: 'strict is not supported',
      param: undefined,
      code: undefined,
      type: undefined,
    };
    const changed = responsesRecovery(failure, 400, sent())?.apply(request());
    const params = sent(changed);
    expect(itemsOf(params).join()).not.toContain('additional_tools');
    expect(namesIn(params['tools'])).toEqual(['search', 'a']);
    expect(asList(params['tools']).every((each) => (each as JsonObject)['strict'] === false)).toBe(true);
  });

  it.each<[ResponsesProfile, string, string]>([
    [openaiResponses, 'gpt-5.6-sol', 'additional_tools'],
    [openaiResponses, 'gpt-6-luna', 'additional_tools'],
    [openaiResponses, 'gpt-6.1-terra', 'additional_tools'],
    [openaiResponses, 'gpt-5.5', 'none'],
    [openaiResponses, 'gpt-5-mini', 'none'],
    [openaiResponses, 'gpt-4o', 'none'],
    [openaiResponses, 'o4-mini', 'none'],
    [codex, 'gpt-5.6-sol', 'additional_tools'],
    [codex, 'gpt-5.3-codex', 'none'],
    [xaiResponses, 'grok-5', 'none'],
  ])('of %o for %s is sent as %s', (profile, model, expected) => {
    expect(responsesTraits(profile, model).quirks.toolLoading).toBe(expected);
  });
});
