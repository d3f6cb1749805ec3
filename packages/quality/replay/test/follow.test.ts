import {
  createMajordomo,
  LlmError,
  user,
  type ChatRequest,
  type JsonValue,
  type Message,
  type ModelRequest,
} from '@majordomo/core';
import { fakeProvider, seededRandom, type FakeProvider, type Turn } from '@majordomo/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  labelReplay,
  planReplay,
  replay,
  type LabeledPair,
  type Pair,
  type RecordedCall,
  type ReplayDefinition,
  type ReplayReport,
} from '../src/index.ts';
import { testFolder } from './support/fixture.ts';
import { experimentOn } from './support/recorded-calls.ts';

let folder: string;
beforeEach(() => {
  folder = testFolder();
});

const PRESENT = 'openai/gpt-5.4-mini';
const CANDIDATE = 'google/gemini-3-flash-preview';
const RUNS = 24;
const MOST_TURNS = 1000;
const USAGE = { input: 400, output: 60, cacheRead: 0, cacheWrite: 0, reasoning: undefined };

const toolOf = (name: string): NonNullable<ChatRequest['tools']>[number] => ({
  name,
  description: `Tool ${name}.`,
  parameters: {
    type: 'object',
    properties: {
      id: { type: 'string' },
      tags: { type: 'array', uniqueItems: true, items: { type: 'string' } },
    },
    required: ['id'],
  },
});

const call = (id: string, name: string, args: JsonValue): Message => ({
  role: 'assistant',
  parts: [{ type: 'tool-call', id, name, args: args as never }],
});
const result = (callId: string, name: string, text: string): Message => ({
  role: 'tool',
  parts: [{ type: 'tool-result', callId, name, content: [{ type: 'text', text }] }],
});

const random = seededRandom(3);
/** Name of an order, so that no two requests are near duplicates. */
const ORDERS = Array.from({ length: RUNS }, () =>
  Array.from({ length: 24 }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join(''),
);

/** Run that looks an order up, pays it back, and answers. Recorded as the request of its last call. */
function recordedRun(at: number): RecordedCall {
  const order = ORDERS[at] ?? '';
  return {
    id: `run-${at}`,
    at: new Date(Date.UTC(2026, 10, 1, 0, at)).toISOString(),
    request: {
      system: 'Help customers.',
      messages: [
        user(`Return order ${order}`),
        call('a', 'lookup', { id: order, tags: ['x', 'y'] }),
        result('a', 'lookup', `${order} costs 3 USD`),
        call('b', 'refund', { id: order }),
        result('b', 'refund', `paid back ${order}`),
      ],
      tools: [toolOf('lookup'), toolOf('refund')],
      toolChoice: 'none',
      maxTokens: 100,
    },
    response: {
      parts: [{ type: 'text', text: `Order ${order} is paid back.` }],
      finish: 'stop',
      target: PRESENT,
      usage: USAGE,
    },
    metadata: { conversation: `c${at}`, kind: 'agent' },
    name: PRESENT,
    ms: 10,
    firstMs: 5,
    nanoUsd: '1000',
  };
}

type Model = (request: ModelRequest) => Turn;

const orderOf = ({ messages }: ModelRequest): string => {
  const part = messages.find(({ role }) => role === 'user')?.parts[0];
  return (part?.type === 'text' ? part.text : '').split(' ').at(-1) ?? '';
};
const answersOf = ({ messages }: ModelRequest): number =>
  messages.filter(({ role }) => role === 'assistant').length;
const calls = (name: string, args: JsonValue): Turn => ({
  toolCalls: [{ name, args }] as never,
  usage: USAGE,
});
const says = (text: string): Turn => ({ text, usage: USAGE });

/** Model that works as the recorded one. */
const asRecorded: Model = (request) => {
  const id = orderOf(request);
  switch (answersOf(request)) {
    case 0:
      return calls('lookup', { tags: ['y', 'x'], id });
    case 1:
      return calls('refund', { id });
    default:
      return says(`Order ${id} is paid back.`);
  }
};

interface Experiment {
  readonly definition: ReplayDefinition;
  readonly present: FakeProvider;
  readonly candidate: FakeProvider;
}

function experiment(
  candidateModel: Model,
  more: Partial<ReplayDefinition> = {},
  recorded: readonly RecordedCall[] = Array.from({ length: RUNS }, (_, at) => recordedRun(at)),
): Experiment {
  const model = (id: string, vendor: string, name: string, turn: Model): FakeProvider =>
    fakeProvider({ id, vendor, models: { [name]: Array.from({ length: MOST_TURNS }, () => turn as never) } });
  const present = model('openai', 'openai', 'gpt-5.4-mini', asRecorded);
  const candidate = model('google', 'google', 'gemini-3-flash-preview', candidateModel);
  const majordomo = createMajordomo({ providers: [present, candidate], chain: { attempts: 1 } });
  return {
    present,
    candidate,
    definition: experimentOn(majordomo, recorded, {
      candidate: { spec: CANDIDATE },
      sample: 20,
      control: 0.5,
      budgetUsd: '50',
      minQuality: 0.5,
      follow: true,
      ...more,
    }),
  };
}

/** Returns the messages of the candidate's requests after this number of answers. */
const transcriptsOf = ({ candidate }: Experiment, answers: number): readonly ModelRequest['messages'][] =>
  candidate.requests.flatMap(({ request }) => (answersOf(request) === answers ? [request.messages] : []));
const run = (one: Experiment): Promise<ReplayReport> => replay(one.definition, { folder });
const divergencesOf = ({ divergences }: ReplayReport): readonly string[] =>
  divergences.map(({ type, tool, calls: count }) => `${type} ${tool} ${count}`);

describe('a replay that follows runs', () => {
  it('gives a candidate the recorded results of equal calls until its answer', async () => {
    const one = experiment(asRecorded);
    const plan = await planReplay(one.definition, { folder });
    expect(plan.calls).toEqual({ candidate: 60, control: 30, judge: 0 });
    const report = await run(one);
    expect(report).toMatchObject({ verdict: 'pass', follow: true, missing: 0, divergences: [] });
    expect(report.quality).toMatchObject({ value: 1, n: 20 });
    expect(one.candidate.requests).toHaveLength(60);
    expect(one.present.requests).toHaveLength(30);
    const [first] = transcriptsOf(one, 0);
    const [third] = transcriptsOf(one, 2);
    expect(first?.map(({ role }) => role)).toEqual(['user']);
    expect(third?.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool']);
    const order = orderOf({ messages: third } as ModelRequest);
    const [, called, answered, , paid] = third ?? [];
    const [part] = called?.parts ?? [];
    expect(answered?.parts).toMatchObject([
      { callId: part?.type === 'tool-call' && part.id, content: [{ text: `${order} costs 3 USD` }] },
    ]);
    expect(paid?.parts).toMatchObject([{ name: 'refund', content: [{ text: `paid back ${order}` }] }]);
    expect(one.candidate.requests[0]?.request.toolChoice).toBeUndefined();
  });

  it('compares the cost and the times of all steps with the control', async () => {
    const report = await run(experiment(asRecorded));
    const prices = { present: 3 * (400 * 750 + 60 * 4500), candidate: 3 * (400 * 500 + 60 * 3000) };
    expect(report.cost?.ratio.n).toBe(10);
    expect(report.cost?.ratio.value).toBeCloseTo(prices.candidate / prices.present);
    expect(report.cost?.presentNanoUsd).toBe(`${prices.present}`);
    expect(report.warnings).toEqual([]);
  });

  it('ends a run at a call that the record does not contain, and lets the judge decide', async () => {
    const pairs: Pair[] = [];
    const judge = (pair: Pair): 'worse' => {
      pairs.push(pair);
      return 'worse';
    };
    const other: Model = (request) =>
      answersOf(request) === 0 ? asRecorded(request) : calls('refund', { id: 'other' });
    const one = experiment(other, { judge, control: 0 });
    const report = await run(one);
    expect(one.candidate.requests).toHaveLength(40);
    expect(divergencesOf(report)).toEqual(['other-arguments refund 20']);
    expect(report.quality?.value).toBe(0);
    expect(pairs[0]?.candidate.steps?.map(({ role }) => role)).toEqual(['assistant', 'tool']);
    expect(pairs[0]?.recorded.steps).toHaveLength(4);
    expect(pairs[0]?.call.request.messages).toHaveLength(1);
  });

  it('names a call that the candidate omits, although the answers are equal', async () => {
    const hasty: Model = (request) =>
      answersOf(request) === 1 ? says(`Order ${orderOf(request)} is paid back.`) : asRecorded(request);
    const report = await run(experiment(hasty, { judge: () => 'worse', control: 0 }));
    expect(divergencesOf(report)).toEqual(['missing-call refund 20']);
    expect(report.quality?.value).toBe(0);
  });

  it('ends a run after two steps more than the record', async () => {
    const endless: Model = (request) => calls('lookup', { id: orderOf(request), tags: ['x', 'y'] });
    const one = experiment(endless, { judge: () => 'worse', control: 0 });
    const report = await run(one);
    expect(one.candidate.requests).toHaveLength(100);
    expect([...divergencesOf(report)].sort()).toEqual([
      'other-tool lookup 20',
      'repeated-call lookup 20',
      'too-many-steps lookup 20',
    ]);
  });

  it('counts a call that no application could run as a failure', async () => {
    const report = await run(experiment(() => calls('delete', {}), { control: 0 }));
    expect(report.failures).toMatchObject({ format: { candidate: 20, recorded: 0 } });
    expect(report.quality?.value).toBe(0);
  });

  it('gives equal calls the results of equal recorded calls in their order', async () => {
    const polled = (at: number): RecordedCall => {
      const one = recordedRun(at);
      const messages = [
        one.request.messages[0] as Message,
        call('a', 'lookup', { id: ORDERS[at] ?? '' }),
        result('a', 'lookup', 'pending'),
        call('b', 'lookup', { id: ORDERS[at] ?? '' }),
        result('b', 'lookup', 'done'),
      ];
      return { ...one, request: { ...one.request, messages } };
    };
    const polling: Model = (request) =>
      JSON.stringify(request.messages.at(-1)).includes('done')
        ? says(`Order ${orderOf(request)} is paid back.`)
        : calls('lookup', { id: orderOf(request) });
    const recorded = Array.from({ length: RUNS }, (_, at) => polled(at));
    const one = experiment(polling, { control: 0 }, recorded);
    expect(divergencesOf(await run(one))).toEqual([]);
    expect(one.candidate.requests).toHaveLength(60);
  });

  it('excludes calls that do not end a run, and answers runs without tools with one call', async () => {
    const inner = (at: number): RecordedCall => {
      const one = recordedRun(at);
      const parts = [{ type: 'tool-call', id: 'x', name: 'lookup', args: { id: '1' } }] as const;
      return { ...one, id: `inner-${at}`, response: { ...one.response, parts, finish: 'tool-calls' } };
    };
    const short = (at: number): RecordedCall => {
      const one = recordedRun(at);
      return { ...one, request: { ...one.request, messages: one.request.messages.slice(0, 1) } };
    };
    const recorded = Array.from({ length: RUNS }, (_, at) => [short(at), inner(at)]).flat();
    const one = experiment(
      (request) => says(`Order ${orderOf(request)} is paid back.`),
      { control: 0 },
      recorded,
    );
    const report = await run(one);
    expect(report.sample.excluded).toEqual({ 'the answer calls tools, so it does not end a run': RUNS });
    expect(one.candidate.requests).toHaveLength(20);
    expect(one.candidate.requests[0]?.request.toolChoice).toBe('none');
    expect(report.quality?.value).toBe(1);
  });

  it('continues a run that failed in the middle, and repeats no answered step', async () => {
    let isDown = true;
    const failing: Model = (request) =>
      isDown && answersOf(request) === 1 ? { fail: 'rate-limit' } : asRecorded(request);
    const one = experiment(failing, { control: 0 });
    const broken = await run(one);
    expect(broken).toMatchObject({ verdict: 'incomplete', missing: 20 });
    const before = one.candidate.requests.length;
    isDown = false;
    const report = await run(one);
    expect(report).toMatchObject({ verdict: 'pass', missing: 0 });
    expect(one.candidate.requests.length - before).toBe(40);
    expect(report.spentNanoUsd).toBe(`${20 * 3 * (400 * 500 + 60 * 3000)}`);
  });

  it('shows people the steps of both runs', async () => {
    await run(
      experiment(asRecorded, {
        judge: () => undefined,
        control: 0,
        candidate: { spec: CANDIDATE, sameArgument: () => false },
      }),
    );
    const shown: LabeledPair[] = [];
    for await (const pair of labelReplay('next', { folder })) shown.push(pair);
    expect(shown).toHaveLength(20);
    expect(shown[0]?.request.messages).toHaveLength(1);
    expect([shown[0]?.first.steps?.length, shown[0]?.second.steps?.length].sort()).toEqual([4, undefined]);
  });

  it.each([
    ['batches', { batches: { submit: () => undefined } as never }, '`follow` needs the answer of each step'],
    [
      'a rule for the cost without a control',
      { maxCost: 1, control: 0 },
      '`maxCost` compares with the control',
    ],
  ])('refuses %s', async (_name, more, message) => {
    const { definition } = experiment(asRecorded, more);
    const error: unknown = await planReplay(definition, { folder }).catch((cause: unknown) => cause);
    expect(LlmError.is(error, 'config') && error.message).toContain(message);
  });
});
