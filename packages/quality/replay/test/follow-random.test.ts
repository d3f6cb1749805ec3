import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMajordomo, LlmError, type ChatRequest, type ModelRequest } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { replay, type ReplayDefinition, type ReplayReport } from '../src/index.ts';
import { testFolder } from './support/fixture.ts';
import { trafficOf } from './support/recorded-calls.ts';
import {
  Choices,
  courseOf,
  randomRun,
  recordedCall,
  REMOVED,
  USAGE,
  type Run,
  type Step,
} from './random-runs.ts';

/** Number of random experiments. `SOAK=1` runs 150. */
const SEEDS = process.env['SOAK'] === '1' ? 150 : 2;
const RUNS = 24;
const MOST_TURNS = 2000;
const MOST_RUNS = 60;
const CONCURRENCY = 4;
const CANDIDATE = 'google/gemini-3-flash-preview';
const PRICE = 400 * 500 + 60 * 3000;

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
    const folder = testFolder();
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
