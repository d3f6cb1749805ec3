import { createMajordomo, user, type ChatModel, type StreamEvent } from '@majordomo/core';
import { eventOrderError } from '@majordomo/core/toolkit';
import {
  startWireServer,
  type Answer,
  type Exchange,
  type Fault,
  type Step,
  type WireServer,
} from '@majordomo/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN_SIDES, PAIRS, type Side } from '../src/wires.ts';

const PIECES = [
  'The fox ran',
  ' over the hill. 🦊',
  '\n\n- First it looked',
  ' left;\n- then it',
  ' looked right.  ',
  '\nAnd on it went, ',
  'until the morning came — at last.',
];
const STORY = PIECES.join('');
/** Minimum length of the emitted text for a continuation. With less text, the response restarts. */
const LEAST_TEXT = 12;

/** Minimum length of a removed repetition. A shorter repetition may be intended, and is emitted. */
const LEAST_REPETITION = 40;

/** Responses of the second target to a request to continue, from the emitted text and the missing text. */
const CONTINUATIONS: Readonly<Record<string, (visibleText: string, rest: string) => string>> = {
  'continues exactly': (_, rest) => rest,
  'repeats some text': (visibleText, rest) =>
    visibleText.length < LEAST_REPETITION ? rest : visibleText.slice(-50) + rest,
  'repeats everything': (visibleText, rest) => (visibleText.length < LEAST_REPETITION ? rest : STORY),
  'introduces itself': (_, rest) => `Continuing where it stopped:\n\n${rest}`,
};

const broken: Answer = { parts: [{ type: 'text', text: STORY, chunks: PIECES }] };

type Breaks = (events: number) => Step;
const FAULTS: Readonly<Record<string, Breaks>> = {
  'is cut': (events) => ({ fault: 'cut', at: { events }, answer: broken }),
  'is reset': (events) => ({ fault: 'reset', at: { events }, answer: broken }),
  'ends without a finish': (events) => ({ fault: 'end', at: { events }, answer: broken }),
  'brings an error inside 200': (events) => ({
    fault: 'in-band',
    failure: { failure: 'overloaded' },
    at: { events },
    answer: broken,
  }),
  'sends invalid JSON': (events) => ({ fault: 'bad-json', at: { events }, answer: broken }),
} satisfies Record<string, (events: number) => Fault>;

/**
 * Returns the faults with continuations that are tested with an API: for the main sides, each fault with the first continuation; for
 * the first of them also each continuation, which depends on the second target, with the first fault; for the others, the first of
 * both. With SOAK=1, as in the nightly run, all.
 */
function casesOf(faulty: Side): readonly (readonly [fault: string, continuation: string])[] {
  const isMain = MAIN_SIDES.includes(faulty);
  const isFirst = MAIN_SIDES[0] === faulty;
  return Object.keys(FAULTS).flatMap((fault, faultAt) =>
    Object.keys(CONTINUATIONS)
      .filter((_, at) => {
        if (process.env['SOAK'] !== undefined) return true;
        if (at === 0) return isMain || faultAt === 0;
        return isFirst && faultAt === 0;
      })
      .map((second) => [fault, second] as const),
  );
}

/** State of the current call: the emitted text, and the behavior of both targets. */
interface CallState {
  firstStep: Step;
  continuation: (visibleText: string, rest: string) => string;
  visibleText: string;
}

interface World {
  readonly model: ChatModel;
  readonly callState: CallState;
  readonly servers: readonly WireServer[];
}

async function createWorld(faulty: Side, healthy: Side): Promise<World> {
  const callState: CallState = { firstStep: 'unset', continuation: (_, rest) => rest, visibleText: '' };
  const head = await startWireServer({
    wire: faulty.wire,
    script: () => callState.firstStep,
    split: 'event',
  });
  const tail = await startWireServer({
    wire: healthy.wire,
    script: (exchange) => secondResponse(exchange, callState),
  });
  const majordomo = createMajordomo({
    providers: [faulty.provider('head', head.baseURL), healthy.provider('tail', tail.baseURL)],
    health: { threshold: 1_000_000 },
    chain: { attempts: 1, policy: { protocol: { retry: false, advance: true } } },
  });
  return {
    model: majordomo.model(`head/${faulty.model},tail/${healthy.model}`),
    callState,
    servers: [head, tail],
  };
}

/** Responds with the continuation if the emitted text is long enough, and otherwise with the complete story. */
function secondResponse({ body, request }: Exchange, { visibleText: text, continuation }: CallState): string {
  if (text.trim().length < LEAST_TEXT) return STORY;
  expect(JSON.stringify(body)).toContain(JSON.stringify(text).slice(1, -1));
  const { role } = request.messages.at(-1) as { readonly role?: string };
  const rest = STORY.slice(text.length);
  // A model whose response starts with a prefilled text continues it exactly.
  return role === 'assistant' || role === 'model' ? rest : continuation(text, rest);
}

interface CallResult {
  readonly text: string;
  readonly events: readonly StreamEvent[];
  readonly target: string;
}

/** Makes a call, and checks after every event that the visible text is a beginning of the story. */
async function runCall(
  { model, callState }: World,
  firstStep: Step,
  continuation: CallState['continuation'],
): Promise<CallResult> {
  Object.assign(callState, { firstStep, continuation, visibleText: '' });
  const events: StreamEvent[] = [];
  const stream = model.stream(
    { messages: [user('Tell me a story.')], maxTokens: 500 },
    { afterCommit: 'continue' },
  );
  for await (const event of stream) {
    events.push(event);
    if (event.type === 'reset') callState.visibleText = '';
    if (event.type !== 'text-delta') continue;
    callState.visibleText += event.text;
    expect(STORY.startsWith(callState.visibleText)).toBe(true);
  }
  const response = await stream.response();
  expect(response.text).toBe(callState.visibleText);
  expect(eventOrderError(events)).toBeUndefined();
  return { text: callState.visibleText, events, target: response.target };
}

const count = (events: readonly StreamEvent[], type: StreamEvent['type']): number =>
  events.filter((event) => event.type === type).length;

describe.each(PAIRS)('a response over %s', (_, faulty, healthy) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(faulty, healthy);
    await runCall(world, broken, (__, rest) => rest);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(world.servers.map((server) => server.close()));
  });

  it.each(casesOf(faulty))(
    'that %s at any event is continued by a target that %s: the text is complete and not repeated',
    { timeout: 60_000 },
    async (fault, second) => {
      const emittedAmounts = new Set<string>();
      for (let events = 0; events < 40; events++) {
        const {
          text,
          events: all,
          target,
        } = await runCall(world, FAULTS[fault]!(events), CONTINUATIONS[second]!);
        expect(text).toBe(STORY);
        // The fault is after the end of the response.
        if (target === `head/${faulty.model}`) break;
        const textBeforeFault = textBefore(all);
        const isContinued = textBeforeFault.trim().length >= LEAST_TEXT;
        emittedAmounts.add(
          textBeforeFault === ''
            ? 'nothing'
            : textBeforeFault === STORY
              ? 'all'
              : isContinued
                ? 'much'
                : 'little',
        );
        const isReset = !isContinued && textBeforeFault !== '';
        expect(
          [count(all, 'continued'), count(all, 'reset')],
          `continued and reset after "${textBeforeFault}"`,
        ).toEqual([isContinued ? 1 : 0, isReset ? 1 : 0]);
      }
      // A continuation of the complete text is empty, which is not an empty response.
      expect([...emittedAmounts].sort()).toEqual(['all', 'little', 'much', 'nothing']);
    },
  );

  it('restarts if it breaks at any event of a tool call', async () => {
    let interruptedToolCalls = 0;
    for (let events = 0; events < 40; events++) {
      const all = await runToolCall(world, { fault: 'cut', at: { events }, answer: CALL });
      const breaks = all.findIndex(({ type }) => type === 'continued' || type === 'reset');
      // The fault is after the end of the response.
      if (breaks === -1 && textOf(all) !== STORY) break;
      const eventsBeforeBreak = all.slice(0, breaks === -1 ? 0 : breaks);
      if (!eventsBeforeBreak.some((event) => event.type === 'part-start' && event.part.type === 'tool-call'))
        continue;
      interruptedToolCalls++;
      expect(all[breaks]?.type).toBe('reset');
      expect(textOf(all.slice(breaks))).toBe(STORY);
    }
    expect(interruptedToolCalls).toBeGreaterThan(0);
  });
});

const CALL: Answer = {
  parts: [
    { type: 'text', text: 'Let me see what is there.' },
    { type: 'tool-call', name: 'look', json: '{"at":"the far end of the garden"}', chunks: 3 },
  ],
};

/** Returns the text that was emitted before the first target failed. */
function textBefore(events: readonly StreamEvent[]): string {
  const end = events.findIndex(({ type }) => type === 'continued' || type === 'reset');
  return textOf(end === -1 ? [] : events.slice(0, end));
}

const textOf = (events: readonly StreamEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

async function runToolCall({ model, callState }: World, firstStep: Step): Promise<readonly StreamEvent[]> {
  Object.assign(callState, { firstStep, continuation: () => STORY, visibleText: '' });
  const parameters = { type: 'object', properties: { at: { type: 'string' } } };
  const tools = [{ name: 'look', description: 'Looks', parameters }];
  const request = { messages: [user('Look.')], maxTokens: 500, tools };
  const events: StreamEvent[] = [];
  for await (const event of model.stream(request, { afterCommit: 'continue' })) events.push(event);
  expect(eventOrderError(events)).toBeUndefined();
  return events;
}
