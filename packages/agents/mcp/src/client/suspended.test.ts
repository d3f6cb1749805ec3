import type { RunState } from '@majordomo/agent';
import { LlmError, type JsonValue } from '@majordomo/core';
import { expect, it } from 'vitest';
import type { CallOutcome } from './outcome.ts';
import { settle, suspensionOf, type SettleIo } from './suspended.ts';
import { TASK_FAILED } from './tasks.ts';

const form = { mode: 'form', message: 'Name?', schema: { type: 'object' } } as const;
const page = { mode: 'url', message: 'Log in', url: 'https://a.example' } as const;
const elicitation = (change: object = {}): JsonValue => ({
  type: 'mcp-elicitation',
  server: 'x',
  tool: 'look',
  args: { at: 1 },
  questions: { q: form },
  ...change,
});
const task = (change: object = {}): JsonValue => ({
  type: 'mcp-task',
  server: 'x',
  tool: 'look',
  taskId: 't',
  ...change,
});
const stateOf = (...payloads: readonly JsonValue[]): RunState =>
  ({
    steps: 1,
    suspended: payloads.map((payload, at) => ({ callId: `c${at}`, name: 'look', payload })),
  }) as unknown as RunState;
const accept = { action: 'accept', content: {} } as const;
const resultOf = (text: string, isError = false): CallOutcome => ({
  type: 'result',
  result: { content: [{ type: 'text', text }], ...(isError ? { isError } : {}) },
});

/** Dependencies that return these outcomes in order, and a log of the requests. */
function ioOf(outcomes: readonly (CallOutcome | Error | undefined)[], maxResultChars?: number) {
  const left = [...outcomes];
  const log: unknown[] = [];
  const next = async (...request: readonly unknown[]): Promise<CallOutcome> => {
    log.push(request);
    const outcome = left.shift();
    if (outcome instanceof Error) throw outcome;
    return outcome as CallOutcome;
  };
  const io: SettleIo = {
    options: { name: 'x', maxResultChars },
    connection: {
      ready: async () => void log.push('ready'),
      task: (taskId, replies) => next('task', taskId, replies),
      hasLogin: async () => true,
    },
    repeat: (call, replies) => next('repeat', call, replies),
  };
  return { io, log };
}

it.each<[Exclude<CallOutcome, { type: 'result' }>, JsonValue]>([
  [{ type: 'task', taskId: 't' }, task()],
  [{ type: 'task', taskId: 't', questions: { q: page } }, task({ questions: { q: page } })],
  [{ type: 'questions', questions: { q: form }, requestState: undefined, replies: {} }, elicitation()],
  [
    { type: 'questions', questions: { q: form }, requestState: 's', replies: { r: 1 } },
    elicitation({ requestState: 's', replies: { r: 1 } }),
  ],
])('the outcome %j suspends the call with %j', (outcome, payload) => {
  expect(suspensionOf(outcome, 'x', 'look', { at: 1 })).toStrictEqual(payload);
});

it.each<[string, RunState]>([
  ['a state without suspended calls', stateOf()],
  ['calls of another server', stateOf(task({ server: 'y' }), elicitation({ server: 'y' }))],
  ['calls of another kind', stateOf({ type: 'approval' }, 'text', null)],
  ['a call whose question has no reply', stateOf(elicitation())],
])('does nothing for %s', async (_name, state) => {
  const { io, log } = ioOf([]);
  expect(await settle(state, {}, io)).toEqual({ state, decisions: [] });
  expect(log).toEqual([]);
});

it('sends the replies of a call again, with those that were sent before', async () => {
  const payload = elicitation({ replies: { r: 1 }, requestState: 's' });
  const { io, log } = ioOf([resultOf('found')]);
  const state = stateOf(payload);
  expect(await settle(state, { c0: accept }, io)).toEqual({
    state,
    decisions: [{ callId: 'c0', result: 'found' }],
  });
  expect(log).toEqual(['ready', ['repeat', payload, { r: 1, q: accept }]]);
});

it('checks tasks first, with their replies if all questions are answered', async () => {
  const { io, log } = ioOf([undefined, resultOf('done'), resultOf('found')]);
  const questions = { p: page, q: form };
  const state = stateOf(elicitation(), task({ questions }), task({ taskId: 'u' }));
  const answers = { c0: accept, 'c1#p': accept, 'c1#q': accept };
  expect(await settle(state, answers, io)).toEqual({
    state: stateOf(elicitation(), task(), task({ taskId: 'u' })),
    decisions: [
      { callId: 'c2', result: 'done' },
      { callId: 'c0', result: 'found' },
    ],
  });
  expect(log).toEqual([
    'ready',
    ['task', 't', { p: { action: 'accept' }, q: accept }],
    ['task', 'u', undefined],
    ['repeat', elicitation(), { q: accept }],
  ]);
});

it('sends no replies if a question is not answered', async () => {
  const { io, log } = ioOf([undefined]);
  const state = stateOf(task({ questions: { p: page, q: form } }));
  await settle(state, { 'c0#p': accept }, io);
  expect(log).toEqual(['ready', ['task', 't', undefined]]);
});

it.each<[CallOutcome | Error, object]>([
  [resultOf('no disk', true), { deny: 'the tool failed: no disk' }],
  [new Error('gone'), { deny: 'the tool failed: gone' }],
  [new LlmError('network', 'lost'), { deny: 'the tool failed: lost' }],
])('denies a call for %o', async (outcome, decision) => {
  const { io } = ioOf([outcome]);
  const { decisions } = await settle(stateOf(elicitation()), { c0: accept }, io);
  expect(decisions).toEqual([{ callId: 'c0', ...decision }]);
});

it.each(['network', 'timeout', 'overloaded', 'rate-limit', 'server', 'auth', 'aborted'] as const)(
  'rejects if the state of a task is not available because of %s',
  async (kind) => {
    const { io } = ioOf([new LlmError(kind, 'later')]);
    await expect(settle(stateOf(task()), {}, io)).rejects.toMatchObject({ kind });
  },
);

it.each([
  new LlmError('server', 'bad', { code: TASK_FAILED }),
  new LlmError('protocol', 'bad'),
  new Error('bad'),
])('denies the call of a task that ended with %o', async (error) => {
  const { decisions } = await settle(stateOf(task()), {}, ioOf([error]).io);
  expect(decisions).toEqual([{ callId: 'c0', deny: 'the tool failed: bad' }]);
});

it('stores new questions in the state, also in that of a sub-agent', async () => {
  const next: CallOutcome = { type: 'questions', questions: { n: page }, requestState: 's', replies: {} };
  const state = { ...stateOf(elicitation()), runs: { r: stateOf(task(), elicitation()) } } as RunState;
  const { io } = ioOf([{ type: 'task', taskId: 't', questions: { p: page } }, next, next]);
  const settled = await settle(state, { c0: accept, 'r/c1': accept }, io);
  const asked = elicitation({ questions: { n: page }, requestState: 's' });
  expect(settled).toEqual({
    state: { ...stateOf(asked), runs: { r: stateOf(task({ questions: { p: page } }), asked) } },
    decisions: [],
  });
});

it.each([
  [undefined, 100_000],
  [500, 500],
])('truncates a result with maxResultChars %s to %i characters', async (maxResultChars, length) => {
  const results = [length, length + 1].map(async (size) => {
    const { io } = ioOf([resultOf('x'.repeat(size))], maxResultChars);
    const { decisions } = await settle(stateOf(task()), {}, io);
    const [decision] = decisions as readonly { readonly result?: string }[];
    return decision?.result === 'x'.repeat(size);
  });
  expect(await Promise.all(results)).toEqual([true, false]);
});

it.each<[string, JsonValue]>([
  ['no tool', elicitation({ tool: 5 })],
  ['questions that are not an object', elicitation({ questions: 'q' })],
  ['no arguments', elicitation({ args: undefined })],
  ['no task id', task({ taskId: 5 })],
])('rejects a payload with %s', async (_name, payload) => {
  await expect(settle(stateOf(payload), {}, ioOf([]).io)).rejects.toMatchObject({
    kind: 'config',
    message: 'mcp "x": a suspended call has a damaged payload; pass a state that `run` returned',
    details: { path: 'state.suspended' },
  });
});

it.each<[JsonValue, string, object, string]>([
  [elicitation(), 'c1', accept, 'answers["c1"]: no call waits for this answer; remove it'],
  [elicitation(), 'c0#q', accept, 'answers["c0#q"]: no call waits for this answer; remove it'],
  [
    elicitation({ questions: { p: page, q: form } }),
    'c0',
    accept,
    'answers["c0"]: no call waits for this answer; remove it',
  ],
  [task(), 'c0', accept, 'answers["c0"]: no call waits for this answer; remove it'],
  [elicitation(), 'c0', { action: 'maybe' }, 'answers["c0"]: the action must be accept, decline or cancel'],
])('rejects for %j the answer %s %j: %s', async (payload, key, answer, message) => {
  const { io, log } = ioOf([]);
  await expect(settle(stateOf(payload), { [key]: answer as never }, io)).rejects.toMatchObject({
    kind: 'invalid-request',
    message,
    details: { path: `answers["${key}"]` },
  });
  expect(log).toEqual([]);
});
