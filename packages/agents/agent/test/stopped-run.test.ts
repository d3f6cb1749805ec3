import type { CallEvent } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import type { AgentEvent, AgentStream } from '../src/index.ts';
import { runError, world } from './support/world.ts';

const TEXT = 'x'.repeat(1000);
/** Turns with more events than may wait, so that the run blocks when its reader stops. */
const longTurns = [{ text: TEXT, chunks: 1 }];

const hasText = (event: AgentEvent | undefined): boolean =>
  event?.type === 'model' && event.event.type === 'text-delta';

async function readUntilText(stream: AgentStream): Promise<AsyncIterator<AgentEvent>> {
  const reader = stream[Symbol.asyncIterator]();
  for (let next = await reader.next(); !hasText(next.value);) next = await reader.next();
  return reader;
}

/** Waits until the run is blocked by its reader. */
async function untilBlocked(): Promise<void> {
  for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const STOPS: readonly [string, (stream: AgentStream, stop: AbortController) => Promise<unknown>][] = [
  [
    'break',
    async (stream) => {
      for await (const event of stream) if (hasText(event)) break;
    },
  ],
  [
    'break, while the run waits for the reader',
    async (stream) => {
      for await (const event of stream) {
        if (!hasText(event)) continue;
        await untilBlocked();
        break;
      }
    },
  ],
  ['return()', async (stream) => (await readUntilText(stream)).return?.()],
  [
    'an abort',
    async (stream, stop) => {
      await readUntilText(stream);
      stop.abort();
    },
  ],
  [
    'an abort, while the run waits for the reader',
    async (stream, stop) => {
      await readUntilText(stream);
      await untilBlocked();
      stop.abort();
    },
  ],
];

it.each(STOPS)(
  'a run that is stopped by %s ends with the attempts and the received text',
  async (_name, stopRun) => {
    const callEvents: CallEvent[] = [];
    const { agent } = world(longTurns, {}, { onEvent: (event) => callEvents.push(event) });
    const stop = new AbortController();
    const stream = agent.stream('go', { signal: stop.signal });
    await stopRun(stream, stop);
    const error = await runError(stream.result());
    const { attempts, partial } = error.details;
    expect([error.kind, attempts.map(({ target }) => target), partial?.target]).toEqual([
      'aborted',
      ['f/m'],
      'f/m',
    ]);
    expect(TEXT.startsWith(partial?.text ?? '-')).toBe(true);
    const end = callEvents.at(-1);
    expect(end?.type === 'call-end' && end.attempts).toEqual(attempts);
  },
);

describe('a step whose time limit ends while the run waits for its reader', () => {
  it('ends with the attempts and the received text', async () => {
    const clock = fakeClock();
    const stream = world(longTurns, {}, { clock }).agent.stream('go', { timeouts: { totalMs: 200 } });
    await readUntilText(stream);
    await untilBlocked();
    await clock.advance(200);
    const { kind, details } = await runError(stream.result());
    expect([kind, details.attempts.length, details.partial?.target]).toEqual(['timeout', 1, 'f/m']);
  });
});
