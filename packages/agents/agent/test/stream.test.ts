import { createMajordomo, type StreamEvent } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createAgent, type AgentEvent, type Tool } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { call, faultOf, read, runError, world } from './support/world.ts';

const look = plain('look', () => 'seen');

const CALLS = ['a', 'b', 'c', 'd'].map((id) => ({ id, name: 'look', args: {} }));

const summaryOf = (event: AgentEvent): string => {
  if (event.type === 'model')
    return event.event.type === 'text-delta' ? `"${event.event.text}"` : `model ${event.event.type}`;
  if (event.type === 'step-start') return `step ${event.step}`;
  return event.type === 'step-end' ? `end of ${event.response.finish}` : event.type;
};
const summariesOf = (events: readonly AgentEvent[]): string[] =>
  events.map(summaryOf).filter((text) => !/^model (?!reset)/.test(text));

describe('the events of a run', () => {
  it('contain each step with its tools', async () => {
    const stream = world([call('look', {}, 'Let me see. '), 'I saw.'], { tools: [look] }).agent.stream('go');
    expect(summariesOf(await read(stream))).toEqual([
      'step 1',
      '"Let me see. "',
      'tool-start',
      'tool-end',
      'end of tool-calls',
      'step 2',
      '"I saw."',
      'end of stop',
    ]);
    expect((await stream.result()).text).toBe('I saw.');
  });

  it('contain only the text of the last step with `text: final`', async () => {
    const script = [call('look', {}, 'Let me see. '), 'I saw.'];
    const stream = world(script, { tools: [look] }).agent.stream('go', { text: 'final' });
    const events = await read(stream);
    expect(summariesOf(events)).toEqual([
      'step 1',
      'tool-start',
      'tool-end',
      'end of tool-calls',
      'step 2',
      '"I saw."',
      'end of stop',
    ]);
    const heads = events.flatMap((event) => (event.type === 'model' ? [event.event.type] : []));
    expect(heads.slice(-5)).toEqual(['start', 'part-start', 'text-delta', 'part-end', 'finish']);
    expect((await stream.result()).text).toBe('I saw.');
  });

  it('contain a warning of the model once per run, not in every step', async () => {
    const dotted: Tool = { ...look, name: 'mcp.look' };
    const script = [call('mcp.look', {}), call('mcp.look', {}), 'Seen.'];
    const { agent } = world(script, { tools: [dotted] });
    const warnings = (events: readonly AgentEvent[]): string[] =>
      events.flatMap((event) =>
        event.type === 'model' && event.event.type === 'warning' ? [event.event.warning.what] : [],
      );
    const stream = agent.stream('go');
    expect(warnings(await read(stream))).toEqual(['name of tool "mcp.look"']);
    const { state } = await stream.result();
    expect(state.warnings?.map(({ what }) => what)).toEqual(['name of tool "mcp.look"']);
  });

  it('contain no text twice after a reset with `text: final`', async () => {
    const first = fakeProvider({ id: 'a', models: { m: [{ fail: 'network', after: 'Hal' }] } });
    const second = fakeProvider({ id: 'b', models: { m: ['Hello.'] } });
    const model = createMajordomo({ providers: [first, second], chain: { attempts: 1 } }).model('a/m,b/m');
    const stream = createAgent({ model }).stream('hi', { afterCommit: 'restart', text: 'final' });
    expect(summariesOf(await read(stream))).toEqual(['step 1', 'model reset', '"Hello."', 'end of stop']);
  });

  it('contain the text of a truncated step whose calls do not run with `text: final`', async () => {
    const truncatedTurn = { text: 'I', toolCalls: [{ name: 'look', args: {} }], finish: 'length' } as const;
    const stream = world([truncatedTurn], { tools: [look] }).agent.stream('go', { text: 'final' });
    expect(summariesOf(await read(stream))).toEqual(['step 1', '"I"', 'end of length']);
  });

  it('are rejected for an unknown value of `text`', async () => {
    const stream = world(['hi']).agent.stream('go', { text: 'last' as 'final' });
    await expect(stream.result()).rejects.toMatchObject({ kind: 'config' });
  });

  it('contain a reset if a step restarts', async () => {
    const first = fakeProvider({ id: 'a', models: { m: [{ fail: 'network', after: 'Hal' }] } });
    const second = fakeProvider({ id: 'b', models: { m: ['Hello.'] } });
    const model = createMajordomo({ providers: [first, second], chain: { attempts: 1 } }).model('a/m,b/m');
    const stream = createAgent({ model }).stream('hi', { afterCommit: 'restart' });
    expect(summariesOf(await read(stream))).toEqual([
      'step 1',
      '"Hal"',
      'model reset',
      '"Hello."',
      'end of stop',
    ]);
    expect((await stream.result()).text).toBe('Hello.');
  });

  it('of a paused run end at the pause, and continue with the continued run', async () => {
    const { agent } = world([call('look'), 'ok'], { tools: [{ ...look, approval: true }] });
    const stream = agent.stream('go');
    expect(summariesOf(await read(stream))).toEqual(['step 1', 'end of tool-calls']);
    const { state, awaiting } = await stream.result();
    const rest = agent.stream(state, { decisions: [{ callId: awaiting[0]?.id ?? '', approve: true }] });
    expect(summariesOf(await read(rest))).toEqual([
      'tool-start',
      'tool-end',
      'step 2',
      '"ok"',
      'end of stop',
    ]);
  });
});

describe('a reader of a stream', () => {
  it('starts the run; no request is sent before', async () => {
    const { agent, requests } = world(['hi']);
    const stream = agent.stream('go');
    expect(requests).toHaveLength(0);
    await stream.result();
    expect(requests).toHaveLength(1);
  });

  it('that is slow blocks the model', async () => {
    const pulledCounts: number[] = [];
    let n = 0;
    const source = {
      ...fakeProvider({ id: 's', models: {} }),
      model: () => ({
        id: 'm',
        families: [],
        capabilities: {},
        async *stream() {
          yield { type: 'start', target: 's/m', id: undefined } as const;
          yield { type: 'part-start', index: 0, part: { type: 'text' } } as const;
          for (; n < 1000; n++) yield { type: 'text-delta', index: 0, text: 'x' } as const;
          yield { type: 'part-end', index: 0, part: { type: 'text', text: 'x'.repeat(1000) } } as const;
          yield { type: 'finish', target: 's/m', reason: 'stop', raw: undefined, usage: undefined } as const;
        },
      }),
    };
    const model = createMajordomo({ providers: [source] }).model('s/m');
    const stream = createAgent({ model }).stream('go');
    for await (const event of stream) {
      if (event.type !== 'model' || event.event.type !== 'text-delta') continue;
      await new Promise((resolve) => setImmediate(resolve));
      pulledCounts.push(n);
    }
    expect(Math.max(...pulledCounts.map((pulledCount, read) => pulledCount - read))).toBeLessThan(100);
    expect(pulledCounts).toHaveLength(1000);
  });

  it('that is slow blocks parallel tools, and all of them complete', async () => {
    const { agent } = world([{ text: 'x'.repeat(200), chunks: 1, toolCalls: CALLS }, 'ok'], {
      tools: [look],
      parallelTools: true,
    });
    const stream = agent.stream('go');
    const events: AgentEvent[] = [];
    for await (const event of stream) {
      events.push(event);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(events.filter(({ type }) => type === 'tool-end')).toHaveLength(CALLS.length);
    expect((await stream.result()).text).toBe('ok');
  });

  it('that is slow receives all events while an observer rejects', async () => {
    let reject: (error: Error) => void = () => undefined;
    const { agent } = world([{ text: 'x'.repeat(200), chunks: 1 }], {
      onStepStart: () =>
        new Promise((_, rejectPromise) => {
          reject = rejectPromise;
        }),
    });
    const stream = agent.stream('go');
    const eventTypes: string[] = [];
    for await (const event of stream) {
      eventTypes.push(event.type);
      if (eventTypes.length > 2) continue;
      // The model is ahead by the maximum number of buffered events.
      for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
      reject(new Error('the telemetry is down'));
    }
    expect(eventTypes).toContain('warning');
    expect((await stream.result()).text).toHaveLength(200);
  });

  it('that stops does not block result() after an abort', async () => {
    const controller = new AbortController();
    const { agent } = world([{ text: 'x'.repeat(1000), chunks: 1 }]);
    const stream = agent.stream('go', { signal: controller.signal });
    await stream[Symbol.asyncIterator]().next();
    for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect((await runError(stream.result())).kind).toBe('aborted');
  });

  it('that stops does not block result() after a timeout of the step', async () => {
    const clock = fakeClock();
    const { agent } = world([{ text: 'x'.repeat(1000), chunks: 1 }], { clock });
    const stream = agent.stream('go', { timeouts: { totalMs: 200 } });
    await stream[Symbol.asyncIterator]().next();
    for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(200);
    const { kind, details } = await runError(stream.result());
    expect([kind, details.phase]).toEqual(['timeout', 'total']);
  });

  it('that leaves the loop ends the run, aborts the tool, and leaves a valid transcript', async () => {
    let isAborted = false;
    const stuck: Tool = {
      ...look,
      run: (_args, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => (isAborted = true));
        }),
    };
    const stream = world([call('look')], { tools: [stuck] }).agent.stream('go');
    for await (const event of stream) {
      if (event.type !== 'tool-start') continue;
      await new Promise((resolve) => setImmediate(resolve));
      break;
    }
    const error = await runError(stream.result());
    expect([error.cause.kind, isAborted, faultOf(error.state.messages)]).toEqual([
      'aborted',
      true,
      undefined,
    ]);
  });

  it('that leaves the loop during an answer aborts the model call', async () => {
    const { agent, requests } = world([{ text: 'abcdef', chunks: 1 }]);
    const stream = agent.stream('go');
    for await (const event of stream) if (event.type === 'model') break;
    expect((await runError(stream.result())).cause.kind).toBe('aborted');
    expect(requests[0]?.signal.aborted).toBe(true);
  });

  it('receives the error of the run, and result() rejects with the same kind', async () => {
    const stream = world([{ fail: 'auth' }]).agent.stream('go');
    const [readError, resultError] = await Promise.all([runError(read(stream)), runError(stream.result())]);
    expect([readError.cause.kind, resultError.cause.kind]).toEqual(['auth', 'auth']);
  });

  it('cannot read the events twice', async () => {
    const stream = world(['hi']).agent.stream('go');
    await read(stream);
    await expect(read(stream)).rejects.toMatchObject({ kind: 'config' });
  });

  it('that returns before its first read aborts the run', async () => {
    const stream = world(['hi']).agent.stream('go');
    await stream[Symbol.asyncIterator]().return?.();
    expect((await runError(stream.result())).cause.kind).toBe('aborted');
  });
});

it('concurrent reads receive the events in order', async () => {
  const stream = world(['hi']).agent.stream('go')[Symbol.asyncIterator]();
  const results = await Promise.all(Array.from({ length: 9 }, () => stream.next()));
  const types = results.flatMap(({ value }: { value?: AgentEvent }) =>
    value === undefined ? [] : [value.type === 'model' ? value.event.type : value.type],
  );
  expect(types).toEqual<(StreamEvent['type'] | AgentEvent['type'])[]>([
    'step-start',
    'start',
    'part-start',
    'text-delta',
    'part-end',
    'finish',
    'step-end',
  ]);
  expect(results.at(-1)?.done).toBe(true);
});
