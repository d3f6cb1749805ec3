import {
  createMajordomo,
  toolResult,
  user,
  type ChatResponse,
  type Message,
  type ToolSpec,
} from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import { createOpenAI, type ResponsesToolOptions } from '../src/index.ts';

interface Body {
  readonly tools: readonly object[];
  readonly input: readonly object[];
  readonly tool_choice?: unknown;
}

const GRAMMAR = { type: 'grammar', syntax: 'lark', definition: 'start: NUMBER "+" NUMBER' } as const;
const sum: ToolSpec = {
  name: 'sum',
  description: 'Adds numbers',
  parameters: { type: 'object', properties: { term: { type: 'string' } }, required: ['term'] },
  extra: { openai: { format: GRAMMAR } satisfies ResponsesToolOptions },
};
const ITEM = { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c1', name: 'sum', input: '1+1' };

/** Returns a chat in which the model calls the tool `sum` with a text, at once or in a stream. */
function world(tools: readonly ToolSpec[], id = 'openai') {
  const bodies: Body[] = [];
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    const body = JSON.parse(String(init?.body)) as Body & { readonly stream?: true };
    bodies.push(body);
    const response = { id: 'resp', status: 'completed', output: [ITEM] };
    if (body.stream !== true) return Promise.resolve(Response.json(response));
    const events = [
      { type: 'response.created', response: { id: 'resp' } },
      { type: 'response.output_item.added', output_index: 0, item: { ...ITEM, input: '' } },
      { type: 'response.custom_tool_call_input.delta', output_index: 0, item_id: 'ctc_1', delta: '1+' },
      { type: 'response.custom_tool_call_input.delta', output_index: 0, item_id: 'ctc_1', delta: '1' },
      { type: 'response.custom_tool_call_input.done', output_index: 0, item_id: 'ctc_1', input: '1+1' },
      { type: 'response.output_item.done', output_index: 0, item: ITEM },
      { type: 'response.completed', response },
    ];
    const text = events.map((event) => sseEvent(JSON.stringify(event))).join('');
    return Promise.resolve(new Response(text, { headers: { 'content-type': 'text/event-stream' } }));
  };
  const majordomo = createMajordomo({ providers: [createOpenAI({ id, apiKey: 'k', fetch })] });
  const model = majordomo.model(`${id}/gpt-5.4`);
  const ask = (messages: readonly Message[]): Promise<ChatResponse> => model.generate({ messages, tools });
  return { model, ask, bodies };
}

describe('a tool with a format', () => {
  it('is a custom tool whose text is the argument, and is sent back as the vendor sent it', async () => {
    const { ask, bodies } = world([sum]);
    const { message, toolCalls, finish } = await ask([user('1+1?')]);
    expect(bodies[0]?.tools).toEqual([
      { type: 'custom', name: 'sum', description: 'Adds numbers', format: GRAMMAR },
    ]);
    expect(toolCalls).toMatchObject([{ id: 'c1', name: 'sum', args: { term: '1+1' } }]);
    expect(finish).toBe('tool-calls');
    await ask([user('1+1?'), message, toolResult({ callId: 'c1', name: 'sum', content: '2' })]);
    expect(bodies[1]?.input.slice(1)).toEqual([
      ITEM,
      { type: 'custom_tool_call_output', call_id: 'c1', output: '2' },
    ]);
  });

  it('has the same call in a stream', async () => {
    const { model } = world([sum]);
    const { toolCalls } = await model.stream({ messages: [user('1+1?')], tools: [sum] }).response();
    expect(toolCalls).toMatchObject([{ id: 'c1', args: { term: '1+1' } }]);
    expect(toolCalls[0]?.invalid).toBeUndefined();
  });

  it('can be required by its name', async () => {
    const { model, bodies } = world([sum]);
    await model.generate({ messages: [user('hi')], tools: [sum], toolChoice: { name: 'sum' } });
    expect(bodies[0]?.tool_choice).toEqual({ type: 'custom', name: 'sum' });
  });

  it('is an ordinary tool of a provider that the options do not name', async () => {
    const { ask, bodies } = world([sum], 'other');
    await ask([user('1+1?')]);
    expect(bodies[0]?.tools).toMatchObject([{ type: 'function', name: 'sum' }]);
  });

  it('is unsupported if its parameters are not one string', async () => {
    const { ask, bodies } = world([{ ...sum, parameters: { type: 'object', properties: {} } }]);
    await expect(ask([user('hi')])).rejects.toThrow(
      'the tool "sum" has a format, so its parameters must have one property',
    );
    expect(bodies).toEqual([]);
  });
});

it('further members of a tool are sent to the wire or the provider that they name, which takes precedence', async () => {
  const extra = {
    'openai-responses': { allowed_callers: ['direct'], defer_loading: true },
    openai: { allowed_callers: ['programmatic'] } satisfies ResponsesToolOptions,
    anthropic: { input_examples: [{}] },
  };
  const { ask, bodies } = world([{ ...sum, extra }]);
  await ask([user('hi')]);
  expect(bodies[0]?.tools).toMatchObject([
    { type: 'function', allowed_callers: ['programmatic'], defer_loading: true },
  ]);
  expect(bodies[0]?.tools[0]).not.toHaveProperty('input_examples');
});

it('options of a tool that are not objects are an invalid request', async () => {
  const { ask, bodies } = world([{ ...sum, extra: { openai: 'format' as never } }]);
  await expect(ask([user('hi')])).rejects.toMatchObject({
    kind: 'invalid-request',
    details: { path: 'tools[0].extra.openai' },
  });
  expect(bodies).toEqual([]);
});
