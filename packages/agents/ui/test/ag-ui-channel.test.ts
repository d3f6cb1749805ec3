import type { AgentStream } from '@majordomo/agent';
import { createAgent } from '@majordomo/agent';
import type { JsonObject } from '@majordomo/core';
import type { Turn } from '@majordomo/testing';
import { deferred, readAll } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { agUiChannel, agUiResponse, fromAgUi, type AgUiChannel } from '../src/ag-ui.ts';
import { chain, tool } from './support/world.ts';

type Event = JsonObject & { readonly type: string };

const BODY = {
  threadId: 't',
  runId: 'r',
  messages: [{ id: 'u', role: 'user', content: 'hi' }],
  state: { a: 0 },
};

async function* eventsOf(response: Response): AsyncGenerator<Event> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks)
      if (block.startsWith('data: ')) yield JSON.parse(block.slice('data: '.length)) as Event;
  }
}

async function allOf(response: Response): Promise<Event[]> {
  return readAll(eventsOf(response));
}

const isOfChannel = ({ type }: Event): boolean => /^(?:STATE|ACTIVITY)_/.test(type);

/** Runs an agent whose tool `work` uses the channel, and returns all events. */
async function play(use: (channel: AgUiChannel) => unknown, ...scripts: readonly (readonly Turn[])[]) {
  const input = await fromAgUi(BODY);
  const channel = agUiChannel(input);
  const work = tool('work', (_, { context }) =>
    Promise.resolve(use(context as AgUiChannel)).then(() => 'ok'),
  );
  const agent = createAgent({ model: chain(...scripts).model, tools: [work] });
  const events = agent.stream(input.run, { context: channel, afterCommit: 'restart' });
  return allOf(agUiResponse(events, { input, channel }));
}

const WORK = { toolCalls: [{ id: 'c1', name: 'work', args: {} }] };

describe('agUiChannel', () => {
  it('has the state of the page first', async () => {
    expect(agUiChannel(await fromAgUi(BODY)).state).toEqual({ a: 0 });
  });

  it('sends a snapshot, and then the changed members', async () => {
    const long = 'x'.repeat(100);
    const steps = [
      { a: 1, long, list: [1] },
      { 'a/b~c': 2, long, list: [1, 2] },
    ];
    let step = 0;
    const events = await play((channel) => channel.setState(steps[step++] ?? {}), [WORK, WORK, 'Done.']);
    expect(events.filter(isOfChannel)).toEqual([
      { type: 'STATE_SNAPSHOT', snapshot: steps[0] },
      {
        type: 'STATE_DELTA',
        delta: [
          { op: 'remove', path: '/a' },
          { op: 'add', path: '/a~1b~0c', value: 2 },
          { op: 'replace', path: '/list', value: [1, 2] },
        ],
      },
    ]);
  });

  it.each<[string, JsonObject | number[], JsonObject | number[]]>([
    ['that is smaller than the delta', { a: 1, b: 2 }, { c: 3 }],
    ['for a list', [1], [1, 2]],
    [
      'for a member that clients refuse in a path',
      { long: 'x'.repeat(99) },
      JSON.parse(`{"long":"${'x'.repeat(99)}","__proto__":1}`) as JsonObject,
    ],
  ])('sends a snapshot %s', async (_, before, after) => {
    const states = [before, after];
    const events = await play((channel) => channel.setState(states.shift() ?? {}), [WORK, WORK, 'Done.']);
    const sent = events.filter(isOfChannel);
    expect(sent.map(({ type }) => type)).toEqual(['STATE_SNAPSHOT', 'STATE_SNAPSHOT']);
    expect(JSON.stringify(sent[1]?.['snapshot'])).toBe(JSON.stringify(after));
  });

  it('sends nothing for an equal state', async () => {
    const events = await play((channel) => channel.setState({ a: [1] }), [WORK, WORK, 'Done.']);
    expect(events.filter(isOfChannel)).toHaveLength(1);
  });

  it('sends changes while a tool runs', async () => {
    const seen = deferred();
    const input = await fromAgUi(BODY);
    const channel = agUiChannel(input);
    const work = tool('work', async () => {
      channel.activity('p', 'progress', { percent: 10 });
      await seen.promise;
      return 'ok';
    });
    const agent = createAgent({ model: chain([WORK, 'Done.']).model, tools: [work] });
    const events = agent.stream(input.run);
    const types: string[] = [];
    for await (const event of eventsOf(agUiResponse(events, { input, channel }))) {
      types.push(event.type);
      if (event.type === 'ACTIVITY_SNAPSHOT') seen.resolve(undefined);
    }
    expect(types.indexOf('ACTIVITY_SNAPSHOT')).toBeLessThan(types.indexOf('TOOL_CALL_RESULT'));
    expect(types.at(-1)).toBe('RUN_FINISHED');
  });

  it('sends the state and activities again after a reset, and nothing within the reset', async () => {
    const input = await fromAgUi(BODY);
    const channel = agUiChannel(input);
    channel.setState({ step: 1 });
    channel.activity('p', 'progress', { percent: 10 });
    const { model } = chain([{ fail: 'network', after: 'It rai' }], ['Sunny.']);
    const stream = createAgent({ model }).stream(input.run, { afterCommit: 'restart' });
    const source: AgentStream = {
      result: () => stream.result(),
      async *[Symbol.asyncIterator]() {
        for await (const event of stream) {
          if (event.type === 'model' && event.event.type === 'reset') channel.setState({ step: 2 });
          yield event;
        }
      },
    };
    const events = await allOf(agUiResponse(source, { input, channel }));
    const types = events.map(({ type }) => type);
    const at = types.indexOf('MESSAGES_SNAPSHOT');
    expect(types.slice(0, 3)).toEqual(['RUN_STARTED', 'ACTIVITY_SNAPSHOT', 'STATE_SNAPSHOT']);
    expect(types.slice(at - 1, at + 3)).toEqual([
      'TEXT_MESSAGE_END',
      'MESSAGES_SNAPSHOT',
      'ACTIVITY_SNAPSHOT',
      'STATE_SNAPSHOT',
    ]);
    expect(events[at + 2]).toMatchObject({ snapshot: { step: 2 } });
  });

  it('sends the last change before the end of the run', async () => {
    const input = await fromAgUi(BODY);
    const channel = agUiChannel(input);
    const stream = createAgent({ model: chain(['Hello.']).model }).stream(input.run);
    const onEnd = (): void => channel.setState({ saved: true });
    const types: string[] = [];
    for await (const { type } of eventsOf(agUiResponse(stream, { input, channel, onEnd }))) types.push(type);
    expect(types.slice(-2)).toEqual(['STATE_SNAPSHOT', 'RUN_FINISHED']);
  });

  it.each<[string, Turn]>([
    ['RUN_FINISHED', 'Hello.'],
    ['RUN_ERROR', { fail: 'network', after: 'It rai' }],
  ])('sends no change after %s', async (last, turn) => {
    const input = await fromAgUi(BODY);
    const channel = agUiChannel(input);
    const stream = createAgent({ model: chain([turn]).model }).stream(input.run);
    const types: string[] = [];
    for await (const { type } of eventsOf(agUiResponse(stream, { input, channel }))) {
      types.push(type);
      if (type !== last) continue;
      channel.setState({ late: true });
      channel.activity('p', 'progress', { percent: 100 });
    }
    expect(types.at(-1)).toBe(last);
  });

  it('copies the state', async () => {
    const state = { list: [1] };
    const events = await play(
      (channel) => {
        channel.setState(state);
        state.list.push(2);
      },
      [WORK, 'Done.'],
    );
    expect(events.filter(isOfChannel)).toEqual([{ type: 'STATE_SNAPSHOT', snapshot: { list: [1] } }]);
  });

  it('rejects a state and content that are not JSON', async () => {
    const channel = agUiChannel(await fromAgUi(BODY));
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const config = expect.objectContaining({ kind: 'config' }) as Error;
    expect(() => channel.setState(circle as JsonObject)).toThrow(config);
    expect(() => channel.setState(undefined as never)).toThrow(config);
    expect(() => channel.activity('p', 'progress', 'x' as never)).toThrow(config);
    expect(channel.state).toEqual({ a: 0 });
  });

  it('belongs to one response', async () => {
    const input = await fromAgUi(BODY);
    const channel = agUiChannel(input);
    const stream = () => createAgent({ model: chain(['Hello.']).model }).stream(input.run);
    await agUiResponse(stream(), { input, channel }).text();
    const config = expect.objectContaining({ kind: 'config' }) as Error;
    expect(() => agUiResponse(stream(), { input, channel })).toThrow(config);
  });
});
