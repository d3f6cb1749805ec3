import {
  createMajordomo,
  LlmError,
  user,
  type CallOptions,
  type ChatModel,
  type ChatRequest,
  type Provider,
  type StreamEvent,
  type ToolCallPart,
} from '@majordomo/core';
import { eventOrderError } from '@majordomo/core/toolkit';
import { startWireServer, type WireServer } from '@majordomo/conformance';
import { refusedURL } from '@majordomo/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { rowsOf, TALKS, TIMERS, type Row, type Talk } from '../src/rows.ts';
import { PAIRS, type Side } from '../src/wires.ts';

const REQUESTS: Readonly<Record<keyof typeof TALKS, ChatRequest>> = {
  text: { messages: [user('hi')], maxTokens: 200 },
  tools: {
    messages: [user('Look.')],
    maxTokens: 200,
    tools: [
      {
        name: 'look',
        description: 'Looks',
        parameters: { type: 'object', properties: { at: { type: 'string' } } },
      },
    ],
  },
};

/** Expected final text. */
const SOUND: Readonly<Record<keyof typeof TALKS, Seen>> = {
  text: { text: 'Hello from the second target.', calls: [] },
  tools: { text: 'Let me look.', calls: [{ name: 'look', args: { at: 'the door' } }] },
};

interface Seen {
  readonly text: string;
  /** Calls that an agent would run: those of an answer that finished. */
  readonly calls: readonly object[];
}

interface World {
  readonly primary: WireServer | undefined;
  readonly model: ChatModel;
  close(): Promise<void>;
}

async function world({ step }: Row, { sound }: Talk, faulty: Side, healthy: Side): Promise<World> {
  const primary =
    step === undefined
      ? undefined
      : await startWireServer({ wire: faulty.wire, script: () => step, split: 'event' });
  const secondary = await startWireServer({ wire: healthy.wire, script: () => sound, split: 'event' });
  const majordomo = createMajordomo({
    providers: [
      hurried(faulty.provider('head', primary?.baseURL ?? faulty.wire.baseURL(await refusedURL()))),
      healthy.provider('tail', secondary.baseURL),
    ],
  });
  return {
    primary,
    model: majordomo.model(`head/${faulty.model},tail/${healthy.model}`),
    close: async () => {
      await Promise.all([primary?.close(), secondary.close()]);
    },
  };
}

/** Short timeouts for the primary only, so that a busy machine does not fail the fallback. */
const hurried = (provider: Provider): Provider => ({
  spi: 1,
  id: provider.id,
  model: (id) => {
    const model = provider.model(id);
    return {
      id,
      wire: model.wire,
      families: model.families,
      capabilities: model.capabilities,
      timeouts: { ...model.timeouts, ...TIMERS },
      isNonStreaming: (request) => model.isNonStreaming?.(request) ?? false,
      stream: (request, context) => model.stream(request, context),
    };
  },
});

interface Read {
  readonly events: readonly StreamEvent[];
  readonly error: unknown;
}

async function read(model: ChatModel, request: ChatRequest, options: CallOptions): Promise<Read> {
  const events: StreamEvent[] = [];
  try {
    for await (const event of model.stream(request, options)) events.push(event);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

const plain = (calls: readonly ToolCallPart[]): readonly object[] =>
  calls.map(({ name, args, invalid }) => ({ name, args, ...(invalid && { invalid }) }));

/** State of a reader that applies resets: text and tool calls. */
function seen(events: readonly StreamEvent[]): Seen {
  let text = '';
  let calls: ToolCallPart[] = [];
  let finished = false;
  for (const event of events) {
    if (event.type === 'text-delta') text += event.text;
    if (event.type === 'part-end' && event.part.type === 'tool-call') calls.push(event.part);
    if (event.type === 'finish') finished = true;
    if (event.type !== 'reset') continue;
    text = '';
    calls = [];
  }
  return { text, calls: finished ? plain(calls) : [] };
}

// The SDKs are loaded at the first call: their time is not the chain's.
beforeAll(async () => {
  const [row] = rowsOf(TALKS.text.broken);
  if (row === undefined) return;
  for (const [, faulty, healthy] of PAIRS) {
    const { model, close } = await world(row, TALKS.text, faulty, healthy);
    await model.generate(REQUESTS.text);
    await close();
  }
}, 60_000);

// A busy machine may be late; a chain that is slow is slow every time.
const patient = { retry: 4, timeout: 60_000 } as const;

const KINDS = ['text', 'tools'] as const;
type Subject = readonly [name: string, kind: (typeof KINDS)[number], faulty: Side, healthy: Side];
const SUBJECTS = PAIRS.flatMap(([name, faulty, healthy]) =>
  KINDS.map((kind): Subject => [`${name} primary with ${kind}`, kind, faulty, healthy]),
);

// Most of a test is waiting: several wait at once.
describe.concurrent.each(SUBJECTS)('a faulty %s', (...subject) => {
  survives(subject);
});

/** All rows in all modes. */
function survives([, kind, faulty, healthy]: Subject): void {
  const talk = TALKS[kind];
  const request = REQUESTS[kind];
  const rows = rowsOf(talk.broken).map((row) => [row.name, row] as const);

  it.each(rows)('with %s: generate returns one complete answer', patient, async (__, row) => {
    const { model, primary, close } = await world(row, talk, faulty, healthy);
    try {
      const response = await model.generate(request);
      expect({ text: response.text, calls: plain(response.toolCalls) }).toEqual(SOUND[kind]);
      expect(response.target).toBe(`tail/${healthy.model}`);
      expect(primary?.requests.length ?? 0).toBe(faulty.wholeRequests?.[row.name] ?? row.requests.whole);
      if (row.benches !== true) return;
      await model.generate(request);
      expect(primary?.requests.length).toBe(1);
    } finally {
      await close();
    }
  });

  it.each(rows)('with %s: a restarting stream emits one complete answer', patient, async (__, row) => {
    const { model, primary, close } = await world(row, talk, faulty, healthy);
    try {
      const { events, error } = await read(model, request, { afterCommit: 'restart' });
      expect(error).toBeUndefined();
      expect(eventOrderError(events)).toBeUndefined();
      expect(seen(events)).toEqual(SOUND[kind]);
      expect(events.filter(({ type }) => type === 'reset').length).toBe(
        row.shown === undefined ? 0 : row.requests.deltas,
      );
      expect(primary?.requests.length ?? 0).toBe(row.requests.deltas);
    } finally {
      await close();
    }
  });

  it.each(rows)(
    'with %s: a stream in error mode hides failures before content and throws later ones with the partial response',
    patient,
    async (__, row) => {
      const { model, primary, close } = await world(row, talk, faulty, healthy);
      try {
        const { events, error } = await read(model, request, {});
        if (row.shown === undefined) {
          expect(error).toBeUndefined();
          expect(seen(events)).toEqual(SOUND[kind]);
          return;
        }
        if (!LlmError.is(error)) throw error;
        expect(row.shown).toContain(error.kind);
        const { text, calls } = seen(events);
        expect(error.details.partial?.text ?? '').toBe(text);
        expect(events.some(({ type }) => type === 'part-start')).toBe(true);
        if (kind === 'text') expect(text).not.toBe('');
        expect(calls).toEqual([]);
        // A call that is half there is in no partial answer.
        const told = error.details.partial?.parts.filter((part) => part.type === 'tool-call') ?? [];
        expect(told.filter(({ invalid }) => invalid !== undefined)).toEqual([]);
        expect(primary?.requests.length).toBe(1);
      } finally {
        await close();
      }
    },
  );
}
