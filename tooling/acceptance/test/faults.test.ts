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
import { MAIN_SIDES, PAIRS, type Side } from '../src/wires.ts';

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

/** Expected final text and tool calls. */
const EXPECTED: Readonly<Record<keyof typeof TALKS, VisibleResult>> = {
  text: { text: 'Hello from the second target.', calls: [] },
  tools: { text: 'Let me look.', calls: [{ name: 'look', args: { at: 'the door' } }] },
};

interface VisibleResult {
  readonly text: string;
  /** Calls that an agent would run: those of a finished response. */
  readonly calls: readonly object[];
}

interface World {
  readonly primary: WireServer | undefined;
  readonly model: ChatModel;
  close(): Promise<void>;
}

async function createWorld({ step }: Row, { sound }: Talk, faulty: Side, healthy: Side): Promise<World> {
  const primary =
    step === undefined
      ? undefined
      : await startWireServer({ wire: faulty.wire, script: () => step, split: 'event' });
  const secondary = await startWireServer({ wire: healthy.wire, script: () => sound, split: 'event' });
  const majordomo = createMajordomo({
    providers: [
      withShortTimeouts(faulty.provider('head', primary?.baseURL ?? faulty.wire.baseURL(await refusedURL()))),
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
const withShortTimeouts = (provider: Provider): Provider => ({
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

interface StreamResult {
  readonly events: readonly StreamEvent[];
  readonly error: unknown;
}

async function readStream(
  model: ChatModel,
  request: ChatRequest,
  options: CallOptions,
): Promise<StreamResult> {
  const events: StreamEvent[] = [];
  try {
    for await (const event of model.stream(request, options)) events.push(event);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

const callSummaries = (calls: readonly ToolCallPart[]): readonly object[] =>
  calls.map(({ name, args, invalid }) => ({ name, args, ...(invalid && { invalid }) }));

/** Returns the visible text and tool calls of a reader that applies resets. */
function visibleResult(events: readonly StreamEvent[]): VisibleResult {
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
  return { text, calls: finished ? callSummaries(calls) : [] };
}

// Load the SDKs, so that the time for loading does not count for the timeouts.
beforeAll(async () => {
  const [row] = rowsOf(TALKS.text.broken);
  if (row === undefined) return;
  for (const [, faulty, healthy] of PAIRS) {
    const { model, close } = await createWorld(row, TALKS.text, faulty, healthy);
    await model.generate(REQUESTS.text);
    await close();
  }
}, 60_000);

// On a busy machine, a call may time out. A chain that is too slow fails every retry.
const RETRIES = { retry: 4, timeout: 60_000 } as const;

const KINDS = ['text', 'tools'] as const;
type Subject = readonly [name: string, kind: (typeof KINDS)[number], faulty: Side, healthy: Side];
const IS_SOAK = process.env['SOAK'] !== undefined;
/**
 * APIs that the default run tests with tool calls and in all modes. It tests the other APIs with text and restarting streams.
 * With SOAK=1, as in the nightly run, it tests everything.
 */
const isCompletelyTested = (faulty: Side): boolean => IS_SOAK || MAIN_SIDES.includes(faulty);
const SUBJECTS = PAIRS.flatMap(([name, faulty, healthy]) =>
  KINDS.filter((kind) => kind === 'text' || isCompletelyTested(faulty)).map((kind): Subject => [
    `${name} primary with ${kind}`,
    kind,
    faulty,
    healthy,
  ]),
);

// Run concurrently, because the tests mostly wait.
describe.concurrent.each(SUBJECTS)('a faulty %s', (...subject) => {
  testFaults(subject);
});

/**
 * Tests all faults in the modes of the side. A failure before the content is the same with and without tools, so the default run
 * tests it with text only.
 */
function testFaults([, kind, faulty, healthy]: Subject): void {
  const talk = TALKS[kind];
  const request = REQUESTS[kind];
  const rows = rowsOf(talk.broken)
    .filter((row) => IS_SOAK || kind === 'text' || row.kindsAfterContent !== undefined)
    .map((row) => [row.name, row] as const);
  const isComplete = isCompletelyTested(faulty);

  it.runIf(isComplete).each(rows)(
    'with %s: generate returns one complete answer',
    RETRIES,
    async (__, row) => {
      const { model, primary, close } = await createWorld(row, talk, faulty, healthy);
      try {
        const response = await model.generate(request);
        expect({ text: response.text, calls: callSummaries(response.toolCalls) }).toEqual(EXPECTED[kind]);
        expect(response.target).toBe(`tail/${healthy.model}`);
        expect(primary?.requests.length ?? 0).toBe(
          faulty.nonStreamingRequests?.[row.name] ?? row.requests.nonStreaming,
        );
        if (row.benches !== true) return;
        await model.generate(request);
        expect(primary?.requests.length).toBe(1);
      } finally {
        await close();
      }
    },
  );

  it.each(rows)('with %s: a restarting stream emits one complete answer', RETRIES, async (__, row) => {
    const { model, primary, close } = await createWorld(row, talk, faulty, healthy);
    try {
      const { events, error } = await readStream(model, request, { afterCommit: 'restart' });
      expect(error).toBeUndefined();
      expect(eventOrderError(events)).toBeUndefined();
      expect(visibleResult(events)).toEqual(EXPECTED[kind]);
      expect(events.filter(({ type }) => type === 'reset').length).toBe(
        row.kindsAfterContent === undefined ? 0 : row.requests.deltas,
      );
      expect(primary?.requests.length ?? 0).toBe(row.requests.deltas);
    } finally {
      await close();
    }
  });

  it.runIf(isComplete).each(rows)(
    'with %s: a stream in error mode hides failures before content and throws later ones with the partial response',
    RETRIES,
    async (__, row) => {
      const { model, primary, close } = await createWorld(row, talk, faulty, healthy);
      try {
        const { events, error } = await readStream(model, request, {});
        if (row.kindsAfterContent === undefined) {
          expect(error).toBeUndefined();
          expect(visibleResult(events)).toEqual(EXPECTED[kind]);
          return;
        }
        if (!LlmError.is(error)) throw error;
        expect(row.kindsAfterContent).toContain(error.kind);
        const { text, calls } = visibleResult(events);
        expect(error.details.partial?.text ?? '').toBe(text);
        expect(events.some(({ type }) => type === 'part-start')).toBe(true);
        if (kind === 'text') expect(text).not.toBe('');
        expect(calls).toEqual([]);
        // The partial response contains no incomplete call.
        const partialCalls = error.details.partial?.parts.filter((part) => part.type === 'tool-call') ?? [];
        expect(partialCalls.filter(({ invalid }) => invalid !== undefined)).toEqual([]);
        expect(primary?.requests.length).toBe(1);
      } finally {
        await close();
      }
    },
  );
}
