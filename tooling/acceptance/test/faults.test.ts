import {
  createMajordomo,
  LlmError,
  user,
  type CallOptions,
  type ChatModel,
  type StreamEvent,
} from '@majordomo/core';
import { checkOrder } from '@majordomo/core/provider';
import { refusedURL, startWireServer, type WireServer } from '@majordomo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROWS, TIMERS, type Row } from '../src/rows.ts';
import { PAIRS, type Side } from '../src/wires.ts';

const GOOD = 'Hello from the second target.';
const request = { messages: [user('hi')], maxTokens: 200 };

interface World {
  readonly primary: WireServer | undefined;
  readonly model: ChatModel;
  close(): Promise<void>;
}

async function world(row: Row, faulty: Side, healthy: Side): Promise<World> {
  const { step } = row;
  const primary =
    step === undefined
      ? undefined
      : await startWireServer({ wire: faulty.wire, script: () => step, split: 'event' });
  const secondary = await startWireServer({ wire: healthy.wire, script: () => GOOD, split: 'event' });
  const majordomo = createMajordomo({
    providers: [
      faulty.provider('head', primary?.baseURL ?? faulty.wire.baseURL(await refusedURL())),
      healthy.provider('tail', secondary.baseURL),
    ],
    chain: { timeouts: TIMERS },
  });
  return {
    primary,
    model: majordomo.model(`head/${faulty.model},tail/${healthy.model}`),
    close: async () => {
      await Promise.all([primary?.close(), secondary.close()]);
    },
  };
}

interface Read {
  readonly events: readonly StreamEvent[];
  readonly error: unknown;
}

async function read(model: ChatModel, options: CallOptions): Promise<Read> {
  const events: StreamEvent[] = [];
  try {
    for await (const event of model.stream(request, options)) events.push(event);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

/** What a reader that honours resets has on the screen at the end. */
function screen(events: readonly StreamEvent[]): string {
  let text = '';
  for (const event of events) {
    if (event.type === 'text-delta') text += event.text;
    if (event.type === 'reset') text = '';
  }
  return text;
}

/** Both SDKs are loaded before a clock runs. */
const warm: World[] = [];
beforeAll(async () => {
  const row: Row = { name: 'none', step: GOOD, requests: { whole: 1, deltas: 1 }, withinMs: 9999 };
  for (const [, faulty, healthy] of PAIRS) warm.push(await world(row, faulty, healthy));
  for (const { model } of warm) await model.generate(request);
});
afterAll(async () => {
  for (const { close } of warm) await close();
});

// A clock on a busy machine may be late once; a chain that is slow is slow three times.
const timed = { retry: 2 } as const;

describe.each(PAIRS)('a faulty %s primary', (_, faulty, healthy) => {
  describe.each(ROWS.map((row) => [row.name, row] as const))('with %s', (__, row) => {
    it('generate gives one whole answer, in time', timed, async () => {
      const { model, primary, close } = await world(row, faulty, healthy);
      try {
        const began = performance.now();
        const response = await model.generate(request);
        const ms = performance.now() - began;
        expect(response.text).toBe(GOOD);
        expect(response.target).toBe(`tail/${healthy.model}`);
        expect(primary?.requests.length ?? 0).toBe(faulty.wholeRequests?.[row.name] ?? row.requests.whole);
        expect(ms).toBeLessThan(row.withinMs);
        if (row.withinMs === 100) {
          await model.generate(request);
          expect(primary?.requests.length).toBe(1);
        }
      } finally {
        await close();
      }
    });

    it('a stream that restarts shows one whole answer, once', timed, async () => {
      const { model, primary, close } = await world(row, faulty, healthy);
      try {
        const began = performance.now();
        const { events, error } = await read(model, { afterCommit: 'restart' });
        const ms = performance.now() - began;
        expect(error).toBeUndefined();
        expect(checkOrder(events)).toBeUndefined();
        expect(screen(events)).toBe(GOOD);
        expect(events.filter(({ type }) => type === 'reset').length).toBe(
          row.shown === undefined ? 0 : row.requests.deltas,
        );
        expect(primary?.requests.length ?? 0).toBe(row.requests.deltas);
        expect(ms).toBeLessThan(row.withinMs);
      } finally {
        await close();
      }
    });

    it('a stream in error mode hides what came before content, and throws what came after it with the partial', async () => {
      const { model, primary, close } = await world(row, faulty, healthy);
      try {
        const { events, error } = await read(model, {});
        if (row.shown === undefined) {
          expect(error).toBeUndefined();
          expect(screen(events)).toBe(GOOD);
          return;
        }
        if (!LlmError.is(error)) throw error;
        expect(row.shown).toContain(error.kind);
        expect(error.details.partial?.text).toBe(screen(events));
        expect(screen(events)).not.toBe('');
        expect(primary?.requests.length).toBe(1);
      } finally {
        await close();
      }
    });
  });
});
