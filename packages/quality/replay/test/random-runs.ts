import { user, type ChatRequest, type JsonObject, type Message } from '@majordomo/core';
import { seededRandom } from '@majordomo/testing';
import type { RecordedCall } from '../src/index.ts';

export const PRESENT = 'openai/gpt-5.4-mini';
export const USAGE = { input: 400, output: 60, cacheRead: 0, cacheWrite: 0, reasoning: undefined } as const;
const TOOLS = ['find', 'pay', 'list'] as const;
/** Tool that a changed request may lack. */
export const REMOVED = 'list';

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

export interface Call {
  readonly name: string;
  readonly args: JsonObject;
}

/** Answer of the script of a model. */
export type Step =
  | { readonly calls: readonly Call[] }
  | { readonly text: string; readonly isPaused?: true }
  | { readonly fail: 'content-filter' };

/** Recorded run, with the script of the candidate. */
export interface Run {
  readonly question: string;
  readonly recorded: readonly (readonly Call[])[];
  /** Recorded results by step and position, `!` for an error. */
  readonly results: readonly (readonly string[])[];
  readonly answer: string;
  readonly script: readonly Step[];
}

/** Random choices of one experiment. */
export class Choices {
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
function rewritten({ name, args: given }: Call, choices: Choices): Call {
  const { s = 'x', tags, ...rest } = given;
  const members: JsonObject = {
    ...rest,
    ...((s !== 'x' || choices.is(0.5)) && { s }),
    ...(Array.isArray(tags) && { tags: [...choices.shuffled(tags)] }),
  };
  const args: JsonObject = Object.fromEntries(choices.shuffled(Object.entries(members)));
  return { name, args };
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

export function randomRun(at: number, choices: Choices): Run {
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
export function recordedCall(run: Run, at: number, choices: Choices): RecordedCall {
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
export interface Course {
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
export function courseOf({ recorded, results, answer, script }: Run, isListRemoved: boolean): Course {
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
