import type { CallEvent } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import type { AgentEvent, AgentStream } from '../src/index.ts';
import { runError, world } from './support/world.ts';

const TEXT = 'x'.repeat(1000);
/** A model whose run is held back by a reader who stops: at most so many events wait. */
const long = [{ text: TEXT, chunks: 1 }];

const hasText = (event: AgentEvent | undefined): boolean =>
  event?.type === 'model' && event.event.type === 'text-delta';

async function toText(stream: AgentStream): Promise<AsyncIterator<AgentEvent>> {
  const reader = stream[Symbol.asyncIterator]();
  for (let next = await reader.next(); !hasText(next.value);) next = await reader.next();
  return reader;
}

/** Until the run waits for its reader. */
async function held(): Promise<void> {
  for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const WAYS: readonly [string, (stream: AgentStream, stop: AbortController) => Promise<unknown>][] = [
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
        await held();
        break;
      }
    },
  ],
  ['return()', async (stream) => (await toText(stream)).return?.()],
  [
    'an abort',
    async (stream, stop) => {
      await toText(stream);
      stop.abort();
    },
  ],
  [
    'an abort, while the run waits for the reader',
    async (stream, stop) => {
      await toText(stream);
      await held();
      stop.abort();
    },
  ],
];

it.each(WAYS)(
  'a run that is left by %s ends with the attempts and the text that had come',
  async (_way, leave) => {
    const told: CallEvent[] = [];
    const { agent } = world(long, {}, { onEvent: (event) => told.push(event) });
    const stop = new AbortController();
    const stream = agent.stream('go', { signal: stop.signal });
    await leave(stream, stop);
    const error = await runError(stream.result());
    const { attempts, partial } = error.details;
    expect([error.kind, attempts.map(({ target }) => target), partial?.target]).toEqual([
      'aborted',
      ['f/m'],
      'f/m',
    ]);
    expect(TEXT.startsWith(partial?.text ?? '-')).toBe(true);
    const end = told.at(-1);
    expect(end?.type === 'call-end' && end.attempts).toEqual(attempts);
  },
);

describe('a step whose time is over while the run waits for its reader', () => {
  it('ends with the attempts and the text that had come', async () => {
    const clock = fakeClock();
    const stream = world(long, {}, { clock }).agent.stream('go', { timeouts: { totalMs: 200 } });
    await toText(stream);
    await held();
    await clock.advance(200);
    const { kind, details } = await runError(stream.result());
    expect([kind, details.attempts.length, details.partial?.target]).toEqual(['timeout', 1, 'f/m']);
  });
});
