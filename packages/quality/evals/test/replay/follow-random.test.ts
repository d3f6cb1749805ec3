import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createMajordomo,
  LlmError,
  user,
  type ChatRequest,
  type JsonObject,
  type Message,
  type ModelRequest,
} from '@majordomo/core';
import { fakeProvider, seededRandom, type Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { replay, type RecordedCall, type ReplayDefinition, type ReplayReport } from '../../src/replay.ts';
import { tempFolder } from '../support/fixture.ts';
import { trafficOf } from '../support/recorded-calls.ts';

/** Number of random experiments. `SOAK=1` runs 150. */
const SEEDS = process.env['SOAK'] === '1' ? 150 : 2;
const RUNS = 24;
const MOST_TURNS = 2000;
const MOST_RUNS = 60;
const CONCURRENCY = 4;
const PRESENT = 'openai/gpt-5.4-mini';
const CANDIDATE = 'google/gemini-3-flash-preview';
const USAGE = { input: 400, output: 60, cacheRead: 0, cacheWrite: 0, reasoning: undefined };
const PRICE = 400 * 500 + 60 * 3000;
const TOOLS = ['find', 'pay', 'list'] as const;
const REMOVED = 'list';

const toolOf = (name: string): NonNullable<ChatRequest['tools']>[number] => ({
  name,
  description: `Tool ${name}.`,
  parameters: {
    type: 'object',
    properties: {
      k: { type: 'integer' },
      s: { type: 'string', default: 'x' },
      tags: { type: 'array', uniqueItems: true, items: { type: 'string' } },
    },
    required: ['k'],
    additionalProperties: false,
  },
});

interface Call {
  readonly name: string;
  readonly args: JsonObject;
}

/** Answer of the script of a model. */
type Step =
  | { readonly calls: readonly Call[] }
  | { readonly text: string; readonly isPaused?: true }
  | { readonly fail: 'content-filter' };

/** Recorded run, with the script of the candidate. */
interface Run {
  readonly question: string;
  readonly recorded: readonly (readonly Call[])[];
  /** Recorded results by step and position, `!` for an error. */
  readonly results: readonly (readonly string[])[];
  readonly answer: string;
  readonly script: readonly Step[];
}

/** Random choices of one experiment. */
class Choices {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  is(chance: number): boolean {
    return this.random() < chance;
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  some<T>(values: readonly T[], most: number): readonly T[] {
    return Array.from({ length: 1 + this.below(most) }, () => this.of(values));
  }

  shuffled<T>(values: readonly T[]): readonly T[] {
    return values
      .map((value) => ({ value, at: this.random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ value }) => value);
  }

  word(): string {
    return Array.from({ length: 24 }, () => String.fromCharCode(97 + this.below(26))).join('');
  }
}

function randomCall(choices: Choices): Call {
  const tags = choices.shuffled(['a', 'b', 'c']).slice(0, choices.below(4));
  return {
    name: choices.of(TOOLS),
    args: {
      k: choices.below(2),
      ...(choices.is(0.5) && { s: choices.of(['x', 'y']) }),
      ...(choices.is(0.5) && { tags: [...tags] }),
    },
  };
}

/** Returns a call that means the same: other orders of members and of tags, and a default that is given or absent. */
function rewritten({ name, args }: Call, choices: Choices): Call {
  const { s = 'x', tags, ...rest } = args;
  const members: JsonObject = {
    ...rest,
    ...((s !== 'x' || choices.is(0.5)) && { s }),
    ...(Array.isArray(tags) && { tags: [...choices.shuffled(tags)] }),
  };
  return { name, args: Object.fromEntries(choices.shuffled(Object.entries(members))) as JsonObject };
}

function randomStep(same: readonly Call[] | undefined, recorded: readonly Call[], choices: Choices): Step {
  const kind = choices.below(100);
  if (kind < 3) return { fail: 'content-filter' };
  if (kind < 6) return { text: 'wait', isPaused: true };
  if (kind < 9) return { calls: [{ name: 'invented', args: {} }] };
  if (kind < 12) return { calls: [{ name: 'find', args: { k: 'no number' } }] };
  if (kind < 18) return { calls: choices.some([...recorded, randomCall(choices)], 3) };
  if (kind < 26 && recorded.length > 0) return { calls: choices.some(recorded, 3) };
  if (same === undefined || kind < 30) return { text: choices.is(0.7) ? 'as recorded' : 'another answer' };
  return { calls: choices.shuffled(same).map((call) => rewritten(call, choices)) };
}

function randomRun(at: number, choices: Choices): Run {
  const pool = Array.from({ length: 3 }, () => randomCall(choices));
  const recorded = Array.from({ length: choices.below(4) }, () => choices.some(pool, 3));
  const results = recorded.map((calls, step) =>
    calls.map((_, position) => `${choices.is(0.2) ? '!' : ''}${at}-${step}-${position}`),
  );
  const script = Array.from({ length: recorded.length + 6 }, (_, step) =>
    randomStep(recorded[step], recorded.flat(), choices),
  );
  return { question: choices.word(), recorded, results, answer: 'as recorded', script };
}

/** Returns the call that ends the run, as a log contains it. Some clients number the calls of each step from 0. */
function recordedCall(run: Run, at: number, choices: Choices): RecordedCall {
  const isNumbered = choices.is(0.5);
  const steps = run.recorded.flatMap((calls, step): Message[] => {
    const idOf = (position: number): string => (isNumbered ? `call_${position}` : `call_${step}_${position}`);
    const parts = calls.map(
      ({ name, args }, position) => ({ type: 'tool-call', id: idOf(position), name, args }) as const,
    );
    const results = (run.results[step] ?? []).map((text, position) => ({
      type: 'tool-result' as const,
      callId: idOf(position),
      name: calls[position]?.name ?? '',
      content: [{ type: 'text' as const, text }],
      ...(text.startsWith('!') && { isError: true }),
    }));
    return [
      { role: 'assistant', parts },
      { role: 'tool', parts: choices.shuffled(results) },
    ];
  });
  return {
    id: `run-${at}`,
    at: new Date(Date.UTC(2026, 10, 1, 0, at)).toISOString(),
    request: { messages: [user(run.question), ...steps], tools: TOOLS.map(toolOf), maxTokens: 100 },
    response: { parts: [{ type: 'text', text: run.answer }], finish: 'stop', target: PRESENT, usage: USAGE },
    metadata: { conversation: `c${at}`, kind: 'agent' },
    name: PRESENT,
  };
}

/** Expected course of the run of a candidate. */
interface Course {
  /** Texts of the results in each request. */
  readonly requests: readonly (readonly string[])[];
  readonly divergences: readonly string[];
  readonly failure: string | undefined;
  readonly score: number;
}

const meaning = ({ name, args }: Call): string => {
  const { k, s = 'x', tags } = args;
  return JSON.stringify([name, k, s, Array.isArray(tags) ? [...tags].sort() : null]);
};

/** Simulates a run with queues of the recorded results. */
function courseOf({ recorded, results, answer, script }: Run, isListRemoved: boolean): Course {
  const queues = new Map<string, string[]>();
  for (const [step, calls] of recorded.entries())
    for (const [position, call] of calls.entries())
      queues.set(meaning(call), [...(queues.get(meaning(call)) ?? []), results[step]?.[position] ?? '']);
  const requests: string[][] = [];
  const called: Call[] = [];
  let sent: string[] = [];
  for (const step of script) {
    requests.push(sent);
    if ('fail' in step) return { requests, divergences: [], failure: step.fail, score: -1 };
    const isLast = requests.length === recorded.length + 3;
    if ('calls' in step) called.push(...step.calls);
    const calls = 'calls' in step ? step.calls : [];
    const bad = calls.flatMap(({ name, args }) => {
      if (name === 'invented' || (isListRemoved && name === REMOVED)) return ['unknown-tool'];
      return typeof args['k'] === 'number' ? [] : ['invalid-arguments'];
    });
    const isKnown = calls.every((call) => queues.has(meaning(call)));
    const goesOn = 'calls' in step ? isKnown : step.isPaused === true;
    if (bad.length === 0 && goesOn && !isLast) {
      sent = [...sent, ...calls.map((call) => next(queues.get(meaning(call)) ?? []))];
      continue;
    }
    const tooMany = bad.length === 0 && goesOn && called.length > 0 ? ['too-many-steps'] : [];
    const divergences = [...bad, ...differencesOf(recorded.flat(), called), ...tooMany];
    const failure = bad.length === 0 ? undefined : 'format';
    const isEqual = divergences.length === 0 && 'text' in step && step.text === answer;
    return { requests, divergences, failure, score: failure === undefined ? (isEqual ? 0 : 1) : -1 };
  }
  throw new Error('the script is too short');
}

/** Returns the first result of a queue. The last one stays. */
const next = (queue: string[]): string => (queue.length > 1 ? queue.shift() : queue[0]) ?? '';

/** Names the differences between two sets of calls. */
function differencesOf(recorded: readonly Call[], called: readonly Call[]): readonly string[] {
  if (recorded.length === 0) return called.map(() => 'call-instead-of-answer');
  if (called.length === 0) return ['answer-instead-of-call'];
  const additional = called.map((call) => ({ name: call.name, key: meaning(call) }));
  const missing = recorded.filter((call) => {
    const at = additional.findIndex(({ key }) => key === meaning(call));
    if (at !== -1) additional.splice(at, 1);
    return at === -1;
  });
  const found: string[] = [];
  const rest = missing.filter(({ name }) => {
    const at = additional.findIndex((other) => other.name === name);
    if (at !== -1) additional.splice(at, 1);
    if (at !== -1) found.push('other-arguments');
    return at === -1;
  });
  found.push(...rest.map(() => (additional.shift() === undefined ? 'missing-call' : 'other-tool')));
  const known = new Set(recorded.map(meaning));
  for (const { key } of additional) found.push(known.has(key) ? 'repeated-call' : 'additional-call');
  return found;
}

const answersIn = ({ messages }: ModelRequest): number =>
  messages.filter(({ role }) => role === 'assistant').length;

const questionIn = ({ messages }: ModelRequest): string => {
  const part = messages[0]?.parts[0];
  return part?.type === 'text' ? part.text : '';
};

const resultsIn = ({ messages }: ModelRequest): readonly string[] =>
  messages.flatMap(({ parts }) =>
    [...parts].flatMap((part) => {
      if (part.type !== 'tool-result') return [];
      const text = part.content.map((piece) => (piece.type === 'text' ? piece.text : '')).join('');
      return text.startsWith('!') === (part.isError === true) ? [text] : ['an error without its mark'];
    }),
  );

function turnOf(step: Step): Turn {
  if ('fail' in step) return step;
  if ('calls' in step) return { toolCalls: step.calls, usage: USAGE };
  return { text: step.text, usage: USAGE, ...(step.isPaused && { finish: 'incomplete' }) };
}

/** Experiment whose candidate plays the scripts, and sometimes fails at first. */
interface Played {
  readonly definition: ReplayDefinition;
  /** Requests to the candidate that were answered or failed by script, by question. */
  readonly sent: Map<string, (readonly string[])[]>;
  /** Requests to the present model. */
  readonly present: readonly unknown[];
}

function play(runs: readonly Run[], choices: Choices, isListRemoved: boolean): Played {
  const byQuestion = new Map(runs.map((run) => [run.question, run]));
  const sent: Played['sent'] = new Map();
  const failed = new Set<string>();
  const candidateTurn = (request: ModelRequest): Turn => {
    const question = questionIn(request);
    const at = answersIn(request);
    const place = `${question} ${at}`;
    if (!failed.has(place) && choices.is(0.1)) {
      failed.add(place);
      return { fail: 'overloaded' };
    }
    sent.set(question, [...(sent.get(question) ?? []), resultsIn(request)]);
    return turnOf(byQuestion.get(question)?.script[at] ?? { text: 'no script' });
  };
  const presentTurn = (request: ModelRequest): Turn => {
    const run = byQuestion.get(questionIn(request));
    const calls = run?.recorded[answersIn(request)];
    return turnOf(calls === undefined ? { text: run?.answer ?? '' } : { calls });
  };
  const model = (id: string, name: string, turn: (request: ModelRequest) => Turn) =>
    fakeProvider({
      id,
      vendor: id,
      models: { [name]: Array.from({ length: MOST_TURNS }, () => turn as never) },
    });
  const present = model('openai', 'gpt-5.4-mini', presentTurn);
  const candidate = model('google', 'gemini-3-flash-preview', candidateTurn);
  const removed = ({ tools = [], ...request }: ChatRequest): ChatRequest => ({
    ...request,
    tools: tools.filter(({ name }) => name !== REMOVED),
  });
  return {
    sent,
    present: present.requests,
    definition: {
      name: 'random',
      majordomo: createMajordomo({
        providers: [present, candidate],
        chain: { attempts: 1, whenAllBenched: 'try-soonest' },
      }),
      traffic: trafficOf(runs.map((run, at) => recordedCall(run, at, choices))),
      candidate: { spec: CANDIDATE, ...(isListRemoved && { change: removed }) },
      judge: () => 'better',
      sample: RUNS,
      control: 0.25,
      budgetUsd: '50',
      follow: true,
    },
  };
}

/** Runs an experiment until every unit has a result. Aborts some of the runs. */
async function untilComplete(
  definition: ReplayDefinition,
  folder: string,
  choices: Choices,
): Promise<ReplayReport> {
  for (let round = 0; round < MOST_RUNS; round++) {
    const abort = new AbortController();
    let left = choices.is(0.5) ? choices.below(20) : Infinity;
    const onProgress = (): void => {
      if (left-- <= 0) abort.abort();
    };
    const running = replay(definition, {
      folder,
      concurrency: CONCURRENCY,
      signal: abort.signal,
      onProgress,
    });
    const report = await running.catch((error: unknown) => {
      if (!LlmError.is(error, 'aborted')) throw error;
      return undefined;
    });
    if (report?.missing === 0 && !report.warnings.some((text) => text.includes('no result yet')))
      return report;
  }
  throw new Error('the experiment has not ended');
}

interface StoredLine {
  readonly type: string;
  readonly key: string;
  readonly unit: string;
  readonly side: string;
  readonly score: number;
  readonly failure?: string;
  readonly divergences: readonly { readonly type: string }[];
  readonly cost?: { readonly nanoUsd: string };
  readonly ms: number;
  readonly firstMs?: number;
}

it.each(Array.from({ length: SEEDS }, (_, seed) => seed + 1))(
  'random runs take the course that queues of the recorded results give them (seed %i)',
  async (seed) => {
    const choices = new Choices(seed);
    const isListRemoved = choices.is(0.3);
    const runs = Array.from({ length: RUNS }, (_, at) => randomRun(at, choices));
    const { definition, sent, present } = play(runs, choices, isListRemoved);
    const folder = tempFolder();
    const report = await untilComplete(definition, folder, choices);
    const text = await readFile(join(folder, 'random.replay.jsonl'), 'utf8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as StoredLine);
    // Each run confirms the results of the runs before.
    const results = [
      ...new Map(lines.filter(({ type }) => type === 'result').map((line) => [line.key, line])).values(),
    ];
    let answered = 0;
    for (const [at, run] of runs.entries()) {
      const course = courseOf(run, isListRemoved);
      const stored = results.find(({ unit, side }) => unit === `run-${at}` && side === 'candidate');
      expect({
        run,
        requests: distinct(sent.get(run.question) ?? []),
        divergences: stored?.divergences.map(({ type }) => type).sort(),
        failure: stored?.failure,
        score: stored?.score,
      }).toEqual({
        run,
        requests: distinct(course.requests),
        divergences: [...course.divergences].sort(),
        failure: course.failure,
        score: course.score,
      });
      const isAnswered = course.failure !== 'content-filter';
      answered += course.requests.length - (isAnswered ? 0 : 1);
      expect(stored?.cost?.nanoUsd).toBe(isAnswered ? `${course.requests.length * PRICE}` : undefined);
    }
    const control = results.filter(({ side }) => side === 'control');
    expect(control.map(({ score, divergences }) => [score, divergences.length])).toEqual(
      Array.from({ length: RUNS / 4 }, () => [0, 0]),
    );
    const ended = new Set<string>();
    for (const { type, key } of lines) {
      if (type === 'start') expect(ended).not.toContain(key);
      if (type === 'answer') ended.add(key);
    }
    const answers = lines.filter(({ type, side }) => type === 'answer' && side === 'candidate');
    expect(answers.length).toBeGreaterThanOrEqual(answered);
    expect(present.length).toBeGreaterThanOrEqual(RUNS / 4);
    expect(report.divergences.reduce((sum, { calls }) => sum + calls, 0)).toBeGreaterThan(0);
    expect(results).toHaveLength(RUNS + RUNS / 4);
  },
);

/** Returns the requests in order, without those that were sent again after an abort. */
const distinct = (requests: readonly (readonly string[])[]): readonly string[] => [
  ...new Set(requests.map((results) => results.join(' '))),
];
