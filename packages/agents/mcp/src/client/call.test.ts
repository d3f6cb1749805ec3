import { fakeClock } from '@majordomo/testing';
import type { JsonObject } from '@majordomo/core';
import { expect, it } from 'vitest';
import type { McpOptions } from '../options.ts';
import { ServerRequests } from '../server-requests/handlers.ts';
import { sendCall, type ToolCall } from './call.ts';
import type { CallIo } from './outcome.ts';
import { checkTask } from './tasks.ts';

interface Setup {
  readonly answers?: readonly object[];
  readonly era?: string;
  readonly capabilities?: object;
  readonly options?: Partial<McpOptions>;
}

/** Connection to a client that returns the answers in order, and the requests that the client received. */
function setUp({ answers = [], era = 'legacy', capabilities = {}, options = {} }: Setup) {
  const left = [...answers];
  const requests: unknown[] = [];
  const client = {
    getProtocolEra: () => era,
    getServerCapabilities: () => capabilities,
    request: (request: object) => {
      requests.push(request);
      return Promise.resolve(left.shift() ?? {});
    },
    callTool: (params: object, { allowInputRequired, toolDefinition }: Record<string, unknown>) => {
      requests.push({ params, allowInputRequired, toolDefinition });
      return Promise.resolve(left.shift() ?? {});
    },
  } as never;
  const controller = new AbortController();
  const { signal } = controller;
  let touches = 0;
  const subjects: string[] = [];
  const clock = fakeClock();
  const io: CallIo = {
    connection: {
      label: 'mcp "x"',
      clock,
      answers: new ServerRequests({ name: 'x', place: { command: 'x' }, ...options }, () => () => undefined),
      openResults: new Set(),
      mayAdd: () => Promise.resolve(true),
      requestLast: (subject, work) => {
        subjects.push(subject);
        void work(client, {});
      },
    },
    timeout: { signal, touch: () => void touches++ },
    send: (work) => work(client, {}),
  };
  return { io, requests, clock, controller, subjects, touches: () => touches };
}

const tool: ToolCall['tool'] = {
  name: 'look',
  inputSchema: { type: 'object' },
  outputSchema: { type: 'object' },
};
const callOf = (change: Partial<ToolCall> = {}): ToolCall => ({
  tool,
  args: { at: 'x' },
  signal: new AbortController().signal,
  suspend: [],
  check: () => undefined,
  ...change,
});
const toolDefinition = { name: 'look', inputSchema: { type: 'object' } };
const params = { name: 'look', arguments: { at: 'x' } };
const result = { content: [{ type: 'text', text: 'found' }] };
const asTask = { method: 'tools/call', params: { ...params, task: { ttl: 86_400_000 } } };
const plain = { params, allowInputRequired: false, toolDefinition };

it('sends the name and the arguments, and returns the result', async () => {
  const { io, requests } = setUp({ answers: [result] });
  expect(await sendCall(callOf(), io)).toEqual({ type: 'result', result });
  expect(requests).toEqual([plain]);
});

it('sends the answers and the state of an earlier call', async () => {
  const { io, requests } = setUp({ answers: [result, result] });
  const inputResponses = { a: { action: 'cancel' } };
  await sendCall(callOf({ resume: { inputResponses, requestState: 's' }, suspend: ['elicitation'] }), io);
  await sendCall(callOf({ resume: { inputResponses } }), io);
  expect(requests).toEqual([
    { params: { ...params, inputResponses, requestState: 's' }, allowInputRequired: true, toolDefinition },
    { ...plain, params: { ...params, inputResponses } },
  ]);
});

it('does not send a call that must not run', async () => {
  const { io, requests } = setUp({});
  const check = () => {
    throw new Error('changed');
  };
  await expect(sendCall(callOf({ check }), io)).rejects.toThrow('changed');
  expect(requests).toEqual([]);
});

const tasks = { tasks: { requests: { tools: { call: {} } } } };

it.each<[string, string, object, string | undefined, ToolCall['suspend'], unknown]>([
  ['a required task', 'legacy', tasks, 'required', [], asTask],
  ['an optional task if runs can suspend', 'legacy', tasks, 'optional', ['task'], asTask],
  ['no optional task if runs cannot suspend', 'legacy', tasks, 'optional', ['elicitation'], plain],
  ['no task if the tool supports none', 'legacy', tasks, 'forbidden', ['task'], plain],
  ['no task if the tool states nothing', 'legacy', tasks, undefined, ['task'], plain],
  ['no task if the server supports none', 'legacy', {}, 'required', ['task'], plain],
  ['no task in the protocol of 2026', 'modern', tasks, 'required', ['task'], plain],
])('sends %s', async (_name, era, capabilities, taskSupport, suspend, expected) => {
  const { io, requests } = setUp({ answers: [result], era, capabilities });
  const execution = taskSupport === undefined ? {} : { execution: { taskSupport } };
  await sendCall(callOf({ tool: { ...tool, ...execution } as never, suspend }), io);
  const allowInputRequired = suspend.includes('elicitation');
  expect(requests).toEqual([expected === plain ? { ...plain, allowInputRequired } : expected]);
});

const question = (key: string): object => ({
  resultType: 'input_required',
  requestState: `s-${key}`,
  inputRequests: { [key]: { method: 'roots/list', params: {} } },
});

it('answers the requests in a result, and sends the call again', async () => {
  const { io, requests } = setUp({ answers: [question('a'), result], options: { roots: ['file:///a'] } });
  expect(await sendCall(callOf(), io)).toEqual({ type: 'result', result });
  const inputResponses = { a: { roots: [{ uri: 'file:///a' }] } };
  expect(requests).toEqual([plain, { ...plain, params: { ...params, inputResponses, requestState: 's-a' } }]);
});

it('rejects if a server requests input ten times', async () => {
  const { io, requests } = setUp({
    answers: Array.from({ length: 20 }, () => question('a')),
    options: { roots: [] },
  });
  await expect(sendCall(callOf(), io)).rejects.toMatchObject({
    kind: 'protocol',
    message: 'mcp "x": no result after 10 requests for input',
  });
  expect(requests).toHaveLength(10);
});

it('returns questions that only the user can answer, with the other replies', async () => {
  const form = { mode: 'form', message: 'Name?', requestedSchema: { type: 'object' } };
  const inputRequests = {
    a: { method: 'elicitation/create', params: form },
    b: { method: 'roots/list' },
  };
  const { io } = setUp({
    answers: [{ resultType: 'input_required', requestState: 's', inputRequests }],
    options: { roots: [], suspend: ['elicitation'] },
  });
  expect(await sendCall(callOf({ suspend: ['elicitation'] }), io)).toEqual({
    type: 'questions',
    requestState: 's',
    questions: { a: { mode: 'form', message: 'Name?', schema: { type: 'object' } } },
    replies: { b: { roots: [] } },
  });
});

const started = (task: JsonObject): object => ({ task: { taskId: 't', ...task } });
const get = { method: 'tasks/get', params: { taskId: 't' } };
const getResult = { method: 'tasks/result', params: { taskId: 't' } };

it('returns a started task if runs can suspend', async () => {
  const { io, requests } = setUp({ answers: [started({ status: 'working' })] });
  expect(await sendCall(callOf({ suspend: ['task'] }), io)).toEqual({ type: 'task', taskId: 't' });
  expect(requests).toHaveLength(1);
});

it.each<[JsonObject, number]>([
  [{}, 1000],
  [{ pollInterval: 500 }, 500],
  [{ pollIntervalMs: 300, pollInterval: 500 }, 300],
  [{ pollInterval: 1 }, 100],
  [{ pollInterval: 100_000 }, 30_000],
])('polls a task with the settings %j every %i ms', async (settings, ms) => {
  const working = { taskId: 't', status: 'working', ...settings };
  const { io, requests, clock } = setUp({
    answers: [{ task: working }, { taskId: 't', status: 'completed' }, result],
  });
  const running = sendCall(callOf(), io);
  await clock.advance(ms - 1);
  expect(requests).toHaveLength(1);
  await clock.advance(1);
  expect(await running).toEqual({ type: 'result', result });
  expect(requests).toEqual([plain, get, getResult]);
});

it.each<[JsonObject, string, string, string | undefined]>([
  [{ status: 'failed' }, 'server', 'the task failed', 'task-failed'],
  [{ status: 'failed', statusMessage: 'disk' }, 'server', 'the task failed: disk', 'task-failed'],
  [
    { status: 'failed', error: { message: 'full' }, statusMessage: 'disk' },
    'server',
    'the task failed: full',
    'task-failed',
  ],
  [{ status: 'cancelled' }, 'server', 'the task was cancelled', 'task-failed'],
  [{ status: 'odd' }, 'protocol', 'task t: the status "odd" is unknown', undefined],
  [{ taskId: 5 }, 'protocol', 'the server returned a task without an id', undefined],
  [{ status: 'completed' }, 'protocol', 'task t: the server returned an invalid result', undefined],
  [
    { status: 'completed', result: { content: 'text' } },
    'protocol',
    'task t: the server returned an invalid result',
    undefined,
  ],
])('rejects for the task %j', async (task, kind, message, code) => {
  const { io } = setUp({ answers: [started(task)] });
  await expect(sendCall(callOf(), io)).rejects.toMatchObject({ kind, message, details: { code } });
});

it('returns the result in a task, without another request', async () => {
  const { io, requests } = setUp({ answers: [started({ status: 'completed', result })] });
  expect(await sendCall(callOf(), io)).toEqual({ type: 'result', result });
  expect(requests).toEqual([plain]);
});

it.each([
  ['completed', result],
  ['input_required', result],
])('requests the result of a task that is %s', async (status, answer) => {
  const { io, requests } = setUp({ answers: [started({ status }), answer] });
  expect(await sendCall(callOf(), io)).toEqual({ type: 'result', result });
  expect(requests).toEqual([plain, getResult]);
});

it('checks a task once, after sending the replies', async () => {
  const { io, requests } = setUp({ answers: [{}, { taskId: 't', status: 'working' }] });
  const replies = { a: { action: 'accept' } };
  expect(await checkTask('t', replies, io)).toBeUndefined();
  const update = { method: 'tasks/update', params: { taskId: 't', inputResponses: replies } };
  expect(requests).toEqual([update, get]);
});

it('requests the result of a task of 2025 that needs input, without waiting for it', async () => {
  const { io, requests } = setUp({ answers: [{ taskId: 't', status: 'input_required' }] });
  expect(await checkTask('t', undefined, io)).toBeUndefined();
  expect(requests).toEqual([get, getResult]);
});

it('has one open request for the result of a task of 2025 that needs input', async () => {
  const task = { taskId: 't', status: 'input_required' };
  let respond: (answer: object) => void = () => undefined;
  const open = new Promise<object>((resolve) => (respond = resolve));
  const { io, requests } = setUp({ answers: [task, open, task, task] });
  await checkTask('t', undefined, io);
  await checkTask('t', undefined, io);
  expect(requests).toEqual([get, getResult, get]);
  respond(result);
  await new Promise((resolve) => setImmediate(resolve));
  await checkTask('t', undefined, io);
  expect(requests.slice(3)).toEqual([get, getResult]);
});

it('asks again only for the open requests of a task', async () => {
  const inputRequests = { a: { method: 'roots/list' }, b: { method: 'roots/list' } };
  const task = { taskId: 't', status: 'input_required', inputRequests };
  const { io, requests } = setUp({ answers: [{}, task], options: { roots: [] } });
  expect(await checkTask('t', { a: 1 }, io)).toBeUndefined();
  const update = (inputResponses: object) => ({
    method: 'tasks/update',
    params: { taskId: 't', inputResponses },
  });
  expect(requests).toEqual([update({ a: 1 }), get, update({ b: { roots: [] } })]);
});

it('cancels a task if the call is aborted while the task runs', async () => {
  const { io, requests, controller, subjects, touches } = setUp({
    answers: [started({ status: 'working' })],
  });
  const outcome = sendCall(callOf(), io);
  await new Promise((resolve) => setImmediate(resolve));
  expect(touches()).toBe(1);
  controller.abort('stop');
  await expect(outcome).rejects.toBe('stop');
  expect(subjects).toEqual(['task t']);
  expect(requests).toEqual([plain, { method: 'tasks/cancel', params: { taskId: 't' } }]);
});

it('does not cancel a task that has ended', async () => {
  const { io, requests, controller } = setUp({ answers: [started({ status: 'completed', result })] });
  await sendCall(callOf(), io);
  controller.abort();
  expect(requests).toEqual([plain]);
});

it('ignores other members of a result', async () => {
  const other = { ...result, _meta: { '': { taskId: 't' }, task: { taskId: 't' } } };
  const { io } = setUp({ answers: [other] });
  expect(await sendCall(callOf(), io)).toEqual({ type: 'result', result: other });
});
