import { createMajordomo, user, vendorResult, type VendorCallPart } from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import { createAnthropic } from './index.ts';

interface Block {
  readonly type: string;
  readonly content?: readonly object[];
  readonly toolset_name?: string;
}
interface Body {
  readonly messages: readonly { readonly role: string; readonly content: readonly Block[] }[];
}

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const click = {
  type: 'tool_use',
  id: 'toolu_1',
  name: 'left_click',
  input: { coordinate: [1, 2] },
  caller: { type: 'direct' },
  toolset_name: 'computer',
  new_member: 1,
};

const message = (content: readonly object[], stop: string): Response =>
  Response.json({
    id: 'msg',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content,
    stop_reason: stop,
    usage: { input_tokens: 1, output_tokens: 1 },
  });

const done = (): Response => message([{ type: 'text', text: 'done' }], 'end_turn');

function stream(...events: readonly { readonly type: string }[]): Response {
  const text = events.map((event) => sseEvent(JSON.stringify(event), event.type)).join('');
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } });
}

/** Returns the events of a streamed message with a toolset call whose input arrives as `deltas`, and an ordinary call after it. */
const streamed = (deltas: readonly string[]): Response =>
  stream(
    { type: 'message_start', message: { id: 'msg', usage: { input_tokens: 1, output_tokens: 1 } } } as never,
    { type: 'content_block_start', index: 0, content_block: { ...click, input: {} } } as never,
    ...deltas.map(
      (partial_json) =>
        ({
          type: 'content_block_delta',
          index: 0,
          delta: { type: 'input_json_delta', partial_json },
        }) as never,
    ),
    { type: 'content_block_stop', index: 0 } as never,
    {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'tool_use', id: 'toolu_2', name: 'left_click', input: {} },
    } as never,
    { type: 'content_block_stop', index: 1 } as never,
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 2 } } as never,
    { type: 'message_stop' },
  );

function modelWith(...responses: readonly Response[]) {
  const bodies: Body[] = [];
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    bodies.push(JSON.parse(String(init?.body)) as Body);
    return Promise.resolve(responses[bodies.length - 1] ?? new Response(null, { status: 500 }));
  };
  const majordomo = createMajordomo({ providers: [createAnthropic({ apiKey: 'k', fetch })] });
  return { model: majordomo.model('anthropic/claude-opus-5-5'), bodies };
}

const question = user('click');
const request = { messages: [question], maxTokens: 100 };
const callIn = (parts: readonly { readonly type: string }[]): VendorCallPart =>
  parts.find(({ type }) => type === 'vendor-call') as VendorCallPart;

describe('a call of a toolset', () => {
  it('waits for the client as a call of a computer', async () => {
    const {
      finish,
      message: turn,
      toolCalls,
    } = await modelWith(message([click], 'tool_use')).model.generate(request);
    expect(finish).toBe('tool-calls');
    expect(toolCalls).toEqual([]);
    expect(callIn(turn.parts)).toMatchObject({
      id: 'toolu_1',
      kind: 'computer',
      name: 'left_click',
      args: { actions: [{ type: 'left_click', coordinate: [1, 2] }], toolset: 'computer' },
    });
  });

  it('is read from a stream, next to a call of a tool with the same name', async () => {
    const { model } = modelWith(streamed(['{"coordinate"', ':[1,2]}']));
    const { message: turn, toolCalls } = await model.stream(request).response();
    expect(callIn(turn.parts).args).toEqual({
      actions: [{ type: 'left_click', coordinate: [1, 2] }],
      toolset: 'computer',
    });
    expect(toolCalls).toMatchObject([{ id: 'toolu_2', name: 'left_click' }]);
  });

  it('whose input is cut has no action, so that nothing is clicked', async () => {
    const { model } = modelWith(streamed(['{"coordinate":[1']));
    const { message: turn } = await model.stream(request).response();
    expect(callIn(turn.parts).args).toEqual({ actions: [], toolset: 'computer' });
  });

  it('is sent back with its result, which names the toolset', async () => {
    const { model, bodies } = modelWith(message([click], 'tool_use'), done());
    const { message: turn } = await model.generate(request);
    const result = vendorResult(callIn(turn.parts), {
      content: [
        { type: 'text', text: 'clicked' },
        { type: 'image', mediaType: 'image/png', bytes: PNG },
      ],
    });
    const second = await model.generate({ ...request, messages: [question, turn, result] });
    const { caller: _direct, new_member: _unsent, ...sent } = click;
    expect(bodies[1]?.messages[1]?.content[0]).toEqual(sent);
    expect(bodies[1]?.messages[2]?.content[0]).toMatchObject({
      type: 'tool_result',
      tool_use_id: 'toolu_1',
      toolset_name: 'computer',
      content: [{ type: 'text', text: 'clicked' }, { type: 'image' }],
    });
    expect(second.warnings).toEqual([]);
  });

  it('of a browser is sent with the state of the browser, which a failed result omits', async () => {
    const navigate = {
      ...click,
      name: 'navigate',
      input: { url: 'https://a.test' },
      toolset_name: 'browser',
    };
    const state = { tabs: [{ tab_id: 't', title: 'A', url: 'https://a.test', active: true }] };
    const sent: (readonly object[] | undefined)[] = [];
    for (const isError of [false, true]) {
      const { model, bodies } = modelWith(message([navigate], 'tool_use'), done());
      const { message: turn } = await model.generate(request);
      const result = vendorResult(callIn(turn.parts), {
        content: 'x',
        output: { browser_state: state },
        isError,
      });
      await model.generate({ ...request, messages: [question, turn, result] });
      sent.push(bodies[1]?.messages[2]?.content[0]?.content);
    }
    const text = { type: 'text', text: 'x' };
    expect(sent).toEqual([[text, { type: 'browser_state', ...state }], [text]]);
  });

  it('is sent without its toolset, and so is its result, after a 400 that names it', async () => {
    const rejection = {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'messages.1.content.0.tool_use.toolset_name: Extra inputs',
      },
    };
    const { model, bodies } = modelWith(
      message([click], 'tool_use'),
      Response.json(rejection, { status: 400 }),
      done(),
    );
    const { message: turn } = await model.generate(request);
    const result = vendorResult(callIn(turn.parts), { content: 'clicked' });
    const { text, warnings } = await model.generate({ ...request, messages: [question, turn, result] });
    expect(text).toBe('done');
    expect(JSON.stringify(bodies[2])).not.toContain('toolset_name');
    expect(warnings).toMatchObject([{ action: 'repaired' }]);
  });

  it('is sent without its caller after a 400 that names it', async () => {
    const error = {
      type: 'invalid_request_error',
      message: 'messages.1.content.0.tool_use.caller: not found',
    };
    const caller = { type: 'code_execution_20260120', tool_id: 's' };
    const { model, bodies } = modelWith(
      message([{ ...click, caller }], 'tool_use'),
      Response.json({ type: 'error', error }, { status: 400 }),
      done(),
    );
    const { message: turn } = await model.generate(request);
    const result = vendorResult(callIn(turn.parts), { content: 'clicked' });
    await model.generate({ ...request, messages: [question, turn, result] });
    const { caller: _direct, new_member: _unsent, ...retried } = click;
    const sent = { ...retried, caller };
    expect(bodies.slice(1).map(({ messages }) => messages[1]?.content)).toEqual([[sent], [retried]]);
  });
});
