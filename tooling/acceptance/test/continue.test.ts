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
import { PAIRS, type Side } from '../src/wires.ts';

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
/** With less than that shown, there is hardly anything to lose, and the answer begins again. */
const LEAST_TEXT = 12;

/** A shorter repetition may be meant, and is shown. */
const LEAST_REPETITION = 40;

/** What the second says that is given an answer of which so much was shown. */
const SECONDS: Readonly<Record<string, (shown: string, rest: string) => string>> = {
  'continues exactly': (_, rest) => rest,
  'repeats some text': (shown, rest) => (shown.length < LEAST_REPETITION ? rest : shown.slice(-50) + rest),
  'repeats everything': (shown, rest) => (shown.length < LEAST_REPETITION ? rest : STORY),
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

/** One call at a time: what was shown, and what the first and the second do. */
interface Stage {
  first: Step;
  second: (shown: string, rest: string) => string;
  shown: string;
}

interface World {
  readonly model: ChatModel;
  readonly stage: Stage;
  readonly servers: readonly WireServer[];
}

async function world(faulty: Side, healthy: Side): Promise<World> {
  const stage: Stage = { first: 'unset', second: (_, rest) => rest, shown: '' };
  const head = await startWireServer({ wire: faulty.wire, script: () => stage.first, split: 'event' });
  const tail = await startWireServer({ wire: healthy.wire, script: (asked) => said(asked, stage) });
  const majordomo = createMajordomo({
    providers: [faulty.provider('head', head.baseURL), healthy.provider('tail', tail.baseURL)],
    health: { threshold: 1_000_000 },
    chain: { attempts: 1, policy: { protocol: { retry: false, advance: true } } },
  });
  return {
    model: majordomo.model(`head/${faulty.model},tail/${healthy.model}`),
    stage,
    servers: [head, tail],
  };
}

/** Asked to continue, it was given all that was shown; otherwise it tells the complete story. */
function said({ body, request }: Exchange, { shown: text, second }: Stage): string {
  if (text.trim().length < LEAST_TEXT) return STORY;
  expect(JSON.stringify(body)).toContain(JSON.stringify(text).slice(1, -1));
  const { role } = request.messages.at(-1) as { readonly role?: string };
  const rest = STORY.slice(text.length);
  // With the text as the beginning of its own answer, a model introduces nothing.
  return role === 'assistant' || role === 'model' ? rest : second(text, rest);
}

interface Told {
  readonly text: string;
  readonly longest: string;
  readonly events: readonly StreamEvent[];
  readonly target: string;
}

/** Reads a whole call, and holds at every step that what is on the screen is a beginning of the story. */
async function told({ model, stage }: World, first: Step, second: Stage['second']): Promise<Told> {
  Object.assign(stage, { first, second, shown: '' });
  const events: StreamEvent[] = [];
  let longest = '';
  const stream = model.stream(
    { messages: [user('Tell me a story.')], maxTokens: 500 },
    { afterCommit: 'continue' },
  );
  for await (const event of stream) {
    events.push(event);
    if (event.type === 'reset') stage.shown = '';
    if (event.type !== 'text-delta') continue;
    stage.shown += event.text;
    expect(STORY.startsWith(stage.shown)).toBe(true);
    if (stage.shown.length > longest.length) longest = stage.shown;
  }
  const response = await stream.response();
  expect(response.text).toBe(stage.shown);
  expect(eventOrderError(events)).toBeUndefined();
  return { text: stage.shown, longest, events, target: response.target };
}

const count = (events: readonly StreamEvent[], type: StreamEvent['type']): number =>
  events.filter((event) => event.type === type).length;

describe.each(PAIRS)('an answer over %s', (_, faulty, healthy) => {
  let made: World;
  beforeAll(async () => {
    made = await world(faulty, healthy);
    await told(made, broken, (__, rest) => rest);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(made.servers.map((server) => server.close()));
  });

  it.each(
    Object.keys(FAULTS).flatMap((fault) => Object.keys(SECONDS).map((second) => [fault, second] as const)),
  )(
    'that %s at any event is continued by a target that %s: the text is complete and not repeated',
    { timeout: 60_000 },
    async (fault, second) => {
      const seen = new Set<string>();
      for (let events = 0; events < 40; events++) {
        const { text, events: all, target } = await told(made, FAULTS[fault]!(events), SECONDS[second]!);
        expect(text).toBe(STORY);
        // Too far behind to break anything.
        if (target === `head/${faulty.model}`) break;
        const begun = textBefore(all);
        const isGoneOn = begun.trim().length >= LEAST_TEXT;
        seen.add(begun === '' ? 'nothing' : begun === STORY ? 'all' : isGoneOn ? 'much' : 'little');
        expect([begun, count(all, 'continued'), count(all, 'reset')]).toEqual([
          begun,
          isGoneOn ? 1 : 0,
          !isGoneOn && begun !== '' ? 1 : 0,
        ]);
      }
      // Of all that may have been shown: one that has nothing to add says nothing, and that is no empty answer.
      expect([...seen].sort()).toEqual(['all', 'little', 'much', 'nothing']);
    },
  );

  it('that breaks at any event of a tool call restarts', async () => {
    let begunCalls = 0;
    for (let events = 0; events < 40; events++) {
      const all = await toldOfTool(made, { fault: 'cut', at: { events }, answer: CALL });
      const breaks = all.findIndex(({ type }) => type === 'continued' || type === 'reset');
      const shown = all.slice(0, breaks === -1 ? 0 : breaks);
      if (!shown.some((event) => event.type === 'part-start' && event.part.type === 'tool-call')) continue;
      begunCalls++;
      expect(all[breaks]?.type).toBe('reset');
      expect(textOf(all.slice(breaks))).toBe(STORY);
    }
    expect(begunCalls).toBeGreaterThan(0);
  });
});

const CALL: Answer = {
  parts: [
    { type: 'text', text: 'Let me see what is there.' },
    { type: 'tool-call', name: 'look', json: '{"at":"the far end of the garden"}', chunks: 3 },
  ],
};

/** What was shown when the first broke off. */
function textBefore(events: readonly StreamEvent[]): string {
  const end = events.findIndex(({ type }) => type === 'continued' || type === 'reset');
  return textOf(end === -1 ? [] : events.slice(0, end));
}

const textOf = (events: readonly StreamEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

async function toldOfTool({ model, stage }: World, first: Step): Promise<readonly StreamEvent[]> {
  Object.assign(stage, { first, second: () => STORY, shown: '' });
  const parameters = { type: 'object', properties: { at: { type: 'string' } } };
  const tools = [{ name: 'look', description: 'Looks', parameters }];
  const request = { messages: [user('Look.')], maxTokens: 500, tools };
  const events: StreamEvent[] = [];
  for await (const event of model.stream(request, { afterCommit: 'continue' })) events.push(event);
  expect(eventOrderError(events)).toBeUndefined();
  return events;
}
