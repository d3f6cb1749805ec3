import {
  assistant,
  toolResult,
  user,
  type ModelRequest,
  type ModelTool,
  type TurnMessage,
} from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { recoveryFor } from '@majordomo/claude';
import { modelFacts } from './models.ts';
import { MESSAGES_QUIRKS } from './quirks.ts';
import { RECOVERIES } from './recovery.ts';
import { toWire } from './request.ts';

const FAMILY = 'claude';
const QUIRKS = { ...MESSAGES_QUIRKS, strictTools: true, toolReferences: true };

const tool = (name: string, deferred?: true): ModelTool => ({
  name,
  description: `does ${name}`,
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  ...(deferred && { deferred }),
});

const searchAndResult = (id: string, loads: readonly string[], isError = false): readonly TurnMessage[] => [
  assistant([{ type: 'tool-call', id, name: 'search', args: {} }]),
  toolResult({ callId: id, name: 'search', content: `found ${loads.join()}`, loads, isError }),
];

const request = (more: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [user('go'), ...searchAndResult('1', ['a', 'gone', 'a'])],
  tools: [tool('search'), tool('a', true)],
  output: undefined,
  extra: {},
  ...more,
});

const sent = (more?: Partial<ModelRequest>, quirks = QUIRKS) =>
  toWire(request(more), 'm', quirks, FAMILY).params;
const resultOf = (params: ReturnType<typeof sent>, at: number) => params.messages[at]?.content[0];

describe('a loaded tool', () => {
  it('is deferred without strict, and a reference to each defined tool replaces the content of the result', () => {
    const params = sent();
    expect(params.tools).toMatchObject([
      { name: 'search', strict: true },
      { name: 'a', defer_loading: true },
    ]);
    expect(params.tools?.[1]).not.toHaveProperty('strict');
    expect(resultOf(params, 2)).toEqual({
      type: 'tool_result',
      tool_use_id: '1',
      content: [{ type: 'tool_reference', tool_name: 'a' }],
    });
  });

  it('has no reference in a failed result, whose text is sent', () => {
    const params = sent({
      messages: [user('go'), ...searchAndResult('1', ['a'], true), ...searchAndResult('2', ['a'])],
    });
    expect(resultOf(params, 2)).toMatchObject({ content: [{ type: 'text' }], is_error: true });
    expect(resultOf(params, 4)).toMatchObject({ content: [{ type: 'tool_reference', tool_name: 'a' }] });
  });

  it('is named by text once no tool of this name is defined, although the message was converted before', () => {
    const { messages } = request();
    expect(resultOf(sent({ messages }), 2)).toMatchObject({ content: [{ type: 'tool_reference' }] });
    const without = sent({ messages, tools: [tool('search')] });
    expect(resultOf(without, 2)).toMatchObject({ content: [{ type: 'text', text: 'found a,gone,a' }] });
    expect(resultOf(sent({ messages }), 2)).toMatchObject({ content: [{ type: 'tool_reference' }] });
  });

  it.each([
    ['is an ordinary tool for a model without tool references', [tool('search'), tool('a', true)], false],
    ['is an ordinary tool if the request has no other tool', [tool('a', true)], true],
  ])('%s', (_name, tools, toolReferences) => {
    const params = sent({ tools }, { ...QUIRKS, toolReferences });
    expect(JSON.stringify(params)).not.toMatch(/defer_loading|tool_reference/);
    expect(params.tools?.at(-1)).toMatchObject({ name: 'a', strict: true });
  });

  it('has no cache breakpoint; the last tool of the prefix has it', () => {
    const cache = { prefix: 'short', messages: 'none', after: 0, key: 'k' } as const;
    const params = sent({ cache });
    expect(params.tools?.map((each) => 'cache_control' in each)).toEqual([true, false]);
  });

  it('leaves the other tools and the earlier messages unchanged when more are loaded', () => {
    const messages = [user('go'), ...searchAndResult('1', ['a'])];
    const first = sent({ messages });
    const tools = [tool('search'), tool('a', true), tool('b', true)];
    const second = sent({ messages: [...messages, ...searchAndResult('2', ['b', 'a'])], tools });
    expect(JSON.stringify(second.tools?.slice(0, 2))).toBe(JSON.stringify(first.tools));
    expect(JSON.stringify(second.messages.slice(0, 3))).toBe(JSON.stringify(first.messages));
  });

  it.each([
    ['tools.1.custom.defer_loading: Extra inputs are not permitted'],
    [
      "messages.2.content.0.tool_result.content.0: Input tag 'tool_reference' found using 'type' does not match",
    ],
    ["Tool reference 'a' not found in available tools"],
  ])('is sent with the others after %s', (message) => {
    const recovery = recoveryFor(message, request(), RECOVERIES);
    expect(recovery).toMatchObject({ id: 'tool-loading', remember: true });
    const changed = recovery?.apply(request());
    expect(changed?.tools).toEqual([tool('search'), tool('a')]);
    expect(JSON.stringify(sent(changed))).not.toMatch(/defer_loading|tool_reference/);
    expect(recovery?.isNeededFor?.(request())).toBe(true);
    expect(recovery?.isNeededFor?.(request({ tools: [tool('search')] }))).toBe(false);
  });

  it.each([
    ...(['claude-opus-4-5', 'claude-sonnet-4-5', 'claude-haiku-4-5', 'claude-opus-5-5'] as const),
    ...(['claude-fable-5', 'claude-mythos-5', 'claude-opus-9'] as const),
  ])('is referenced for %s', (model) => {
    expect(modelFacts(model).quirks.toolReferences).toBe(true);
  });

  it.each(['claude-opus-4-1', 'claude-sonnet-4', 'claude-3-7-sonnet', 'deepseek-v4'])(
    'is not referenced for %s',
    (model) => {
      expect(modelFacts(model).quirks.toolReferences).not.toBe(true);
    },
  );
});
