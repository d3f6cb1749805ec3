import { createAgent, defineTool, type Tool } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { A2aServer } from '../src/index.ts';
import { newServer } from '../src/serve/serve-a2a.ts';
import { authorize, CARD } from './support/world.ts';

// Two servers with one store, as in two processes. Each verb is sent by the owner of a task and by another user, to the process
// that works on the task and to the other one.

const URL_OF_SERVER = 'https://support.example.com/a2a';
const memory = memoryRecords();
/** Spaces that the server of the last request has written. */
const written: string[] = [];
const servers: A2aServer[] = [];

const tool = (name: string, approval: boolean, run: () => string | Promise<string>): Tool =>
  defineTool({ name, description: name, parameters: { type: 'object' }, approval, run });

/** Calls the tool that the question names, and then answers. */
const turn: Turn = ({ messages }) => {
  const [part] = messages.at(-1)?.parts ?? [];
  if (part?.type !== 'text') return 'Done.';
  return part.text === 'hang' || part.text === 'pay'
    ? { toolCalls: [{ name: part.text, args: {} }] }
    : part.text;
};

function startServer(): A2aServer {
  const provider = fakeProvider({ id: 'f', models: { m: Array.from({ length: 1000 }, () => turn) } });
  const model = createMajordomo({ providers: [provider] }).model('f/m');
  const hang = tool('hang', false, () => new Promise(() => undefined));
  return newServer(
    {
      agent: createAgent({ model, tools: [hang, tool('pay', true, () => 'paid')] }),
      url: URL_OF_SERVER,
      card: CARD,
      authorize,
      push: { allow: () => true },
      records: {
        ...memory,
        write: (space, changes) => {
          written.push(space);
          return memory.write(space, changes);
        },
      },
    },
    {
      resolve: () => Promise.resolve([{ address: '93.184.216.34', family: 4 }]),
      fetchAt: () => () => Promise.resolve(new Response()),
    },
  );
}

beforeAll(() => {
  servers.push(startServer(), startServer());
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number };
}

/** Sends a request. Returns the response, or the first event of a stream. */
async function send(at: number, user: string, method: string, params: object): Promise<Answer> {
  const response = await servers[at]!.fetch(
    new Request(URL_OF_SERVER, {
      method: 'POST',
      headers: { authorization: `Bearer token-${user}`, 'a2a-version': '1.0' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    }),
  );
  if (response.headers.get('content-type')?.includes('event-stream') !== true)
    return (await response.json()) as Answer;
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const { value = '' } = await reader.read();
  await reader.cancel();
  return JSON.parse(value.slice('data: '.length)) as Answer;
}

const messageOf = (text: string, more: object = {}) => ({
  message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }], ...more },
  configuration: { returnImmediately: true },
});

/** Starts a task of user `a` at the first server, and waits until its state is stored. */
async function startTask(text: 'hang' | 'pay'): Promise<string> {
  const { result } = await send(0, 'a', 'SendMessage', messageOf(text));
  const { id } = (result as { task: { id: string } }).task;
  await expect.poll(() => stateOf(id)).toBe(text === 'hang' ? WORKING : 'TASK_STATE_INPUT_REQUIRED');
  return id;
}

async function stateOf(id: string): Promise<string> {
  const { result } = await send(0, 'a', 'GetTask', { id });
  return (result as { status: { state: string } }).status.state;
}

const WORKING = 'TASK_STATE_WORKING';
const TASK_NOT_FOUND = -32_001;
const HOOK = { id: 'hook', url: 'https://hooks.example.com/x' };

interface Verb {
  readonly method: string;
  readonly task: 'hang' | 'pay';
  readonly params: (id: string) => object;
  /** State of the task after the request of its owner. @default the state before */
  readonly state?: string;
}

const VERBS: readonly Verb[] = [
  { method: 'GetTask', task: 'hang', params: (id) => ({ id }) },
  { method: 'GetTask', task: 'pay', params: (id) => ({ id, tenant: '' }) },
  { method: 'SubscribeToTask', task: 'hang', params: (id) => ({ id }) },
  { method: 'SubscribeToTask', task: 'pay', params: (id) => ({ id }) },
  { method: 'CancelTask', task: 'hang', params: (id) => ({ id }), state: 'TASK_STATE_CANCELED' },
  { method: 'CancelTask', task: 'pay', params: (id) => ({ id }), state: 'TASK_STATE_CANCELED' },
  ...['SendMessage', 'SendStreamingMessage'].map((method) => ({
    method,
    task: 'pay' as const,
    params: (taskId: string) => messageOf('approve', { taskId }),
    state: 'TASK_STATE_COMPLETED',
  })),
  {
    method: 'CreateTaskPushNotificationConfig',
    task: 'hang',
    params: (taskId) => ({ taskId, ...HOOK, id: 'another' }),
  },
  { method: 'GetTaskPushNotificationConfig', task: 'hang', params: (taskId) => ({ taskId, id: 'hook' }) },
  { method: 'ListTaskPushNotificationConfigs', task: 'hang', params: (taskId) => ({ taskId }) },
  { method: 'DeleteTaskPushNotificationConfig', task: 'hang', params: (taskId) => ({ taskId, id: 'hook' }) },
];

const PLACES = [
  ['the process that works on the task', 0],
  ['another process', 1],
] as const;
const rows = VERBS.flatMap((verb) =>
  PLACES.map(([place, at]) => ({ name: `${verb.method} (${verb.task}) at ${place}`, verb, at })),
);

describe('a task', () => {
  it.each(rows)('accepts $name by its owner', async ({ verb, at }) => {
    const id = await startTask(verb.task);
    await send(0, 'a', 'CreateTaskPushNotificationConfig', { taskId: id, ...HOOK });
    const before = await stateOf(id);
    expect(await send(at, 'a', verb.method, verb.params(id))).not.toHaveProperty('error');
    await expect.poll(() => stateOf(id)).toBe(verb.state ?? before);
  });

  it.each(rows)('does not exist for $name by another user', async ({ verb, at }) => {
    const id = await startTask(verb.task);
    await send(0, 'a', 'CreateTaskPushNotificationConfig', { taskId: id, ...HOOK });
    const before = await stateOf(id);
    written.length = 0;
    const { error } = await send(at, 'b', verb.method, verb.params(id));
    expect([error?.code, written]).toEqual([TASK_NOT_FOUND, []]);
    expect(await stateOf(id)).toBe(before);
    const { result } = await send(0, 'a', 'ListTaskPushNotificationConfigs', { taskId: id });
    expect(result).toMatchObject({ configs: [HOOK] });
  });

  it.each(PLACES)('is not listed for another user at %s', async (_, at) => {
    await startTask('hang');
    expect(await send(at, 'b', 'ListTasks', {})).toMatchObject({ result: { tasks: [] } });
  });
});

it.each(PLACES)('a conversation of another user begins empty at %s', async (_, at) => {
  const contextId = crypto.randomUUID();
  await send(0, 'a', 'SendMessage', {
    ...messageOf('secret of a', { contextId }),
    configuration: { returnImmediately: false },
  });
  written.length = 0;
  const answer = await send(at, 'b', 'SendMessage', {
    ...messageOf('hello', { contextId }),
    configuration: { returnImmediately: false },
  });
  expect(answer).not.toHaveProperty('error');
  expect(JSON.stringify(answer)).not.toContain('secret of a');
  expect(written).toContain('a2a/conversations');
  const conversations = await memory.list('a2a/conversations', { limit: 99 });
  expect(conversations.filter(({ key }) => key.endsWith(contextId))).toHaveLength(2);
});
