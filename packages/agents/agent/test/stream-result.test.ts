import { describe, expect, it } from 'vitest';
import type { AgentEvent, AgentStream } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { call, read, runError, world } from './support/world.ts';

const LONG = { text: 'x'.repeat(200), chunks: 1 };
const look = plain('look', () => 'seen');

const start = (): AgentStream => world([call('look'), LONG], { tools: [look] }).agent.stream('go');

const typesOf = (events: readonly AgentEvent[]): readonly string[] =>
  events.map((event) => (event.type === 'model' ? event.event.type : event.type));

const waitTicks = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('result() before the events are read', () => {
  it.each([0, 1, 5, 50])('leaves all events to a loop that starts %d ticks later', async (count) => {
    const expected = typesOf(await read(start()));
    const stream = start();
    const result = stream.result();
    await waitTicks(count);
    expect(typesOf(await read(stream))).toEqual(expected);
    expect((await result).text).toHaveLength(200);
  });

  it('permits one read of all events after the result', async () => {
    const stream = start();
    await stream.result();
    expect(typesOf(await read(stream)).at(-1)).toBe('step-end');
    await expect(read(stream)).rejects.toMatchObject({ kind: 'config' });
  });

  it('rejects with the error that the loop throws', async () => {
    const stream = world([{ fail: 'auth' }]).agent.stream('go');
    const result = runError(stream.result());
    await waitTicks(5);
    expect((await runError(read(stream))).cause.kind).toBe('auth');
    expect((await result).cause.kind).toBe('auth');
  });

  it('rejects if the loop stops early', async () => {
    const stream = start();
    const result = runError(stream.result());
    for await (const event of stream) if (event.type === 'model') break;
    expect((await result).cause.kind).toBe('aborted');
  });

  it('can be ignored if the run fails', async () => {
    const stream = world([{ fail: 'auth' }]).agent.stream('go');
    void stream.result();
    await waitTicks(5);
    expect((await runError(stream.result())).cause.kind).toBe('auth');
  });

  it('does not drain the events if a loop has started', async () => {
    const { agent } = world([{ text: 'x'.repeat(1000), chunks: 1 }]);
    const controller = new AbortController();
    const stream = agent.stream('go', { signal: controller.signal });
    const result = runError(stream.result());
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await waitTicks(300);
    controller.abort();
    expect((await result).cause.kind).toBe('aborted');
  });
});
