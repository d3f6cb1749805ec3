import { serveA2a, type A2aServer, type RecordStore } from '@majordomo/a2a';
import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { deepEqual, equal } from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { FeatureCase, Pair } from './feature-case.ts';

const URL_OF_SERVER = 'https://support.example.com/a2a';
const NONE = { type: 'object', properties: {} } as const;

/** Calls the tool that the question names, and otherwise answers with the number of earlier questions. */
const turn: Turn = ({ messages }) => {
  const questions = messages.filter(({ role }) => role === 'user');
  const [part] = messages.at(-1)?.parts ?? [];
  if (part?.type !== 'text') return 'Done.';
  return part.text === 'pay' || part.text === 'hang'
    ? { toolCalls: [{ name: part.text, args: {} }] }
    : `question ${questions.length}`;
};

interface Answer {
  readonly id: string;
  readonly contextId: string;
  readonly status: { readonly state: string };
  readonly artifacts?: readonly { readonly parts: readonly { readonly text: string }[] }[];
}

/** Client of a server as a user. */
interface Client {
  send(text: string, ids?: object): Promise<Answer>;
  /** Sends a message, and does not wait until the task ends. */
  start(text: string): Promise<Answer>;
  get(id: string): Promise<Answer>;
  cancel(id: string): Promise<Answer>;
  list(query?: object): Promise<{ readonly tasks: readonly Answer[]; readonly nextPageToken: string }>;
}

function clientOf(server: A2aServer, user: string): Client {
  const call = async (method: string, params: object): Promise<unknown> => {
    const response = await server.fetch(
      new Request(URL_OF_SERVER, {
        method: 'POST',
        headers: { authorization: user, 'a2a-version': '1.0' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      }),
    );
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (error !== undefined) throw new Error(error.message);
    return result;
  };
  const send = async (text: string, ids: object, returnImmediately: boolean): Promise<Answer> => {
    const message = { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }], ...ids };
    const result = await call('SendMessage', { message, configuration: { returnImmediately } });
    return (result as { task: Answer }).task;
  };
  return {
    send: (text, ids = {}) => send(text, ids, false),
    start: (text) => send(text, {}, true),
    get: (id) => call('GetTask', { id }) as Promise<Answer>,
    cancel: (id) => call('CancelTask', { id }) as Promise<Answer>,
    list: (query = {}) => call('ListTasks', query) as ReturnType<Client['list']>,
  };
}

interface World {
  /** Returns a client of one of two servers. */
  readonly client: (process: 0 | 1, user?: string) => Client;
  /** Number of payments. */
  readonly paid: () => number;
}

/** Runs a test with two servers, which are closed afterwards. */
const withServers =
  (test: (world: World, stores: Pair) => Promise<void>) =>
  async (stores: Pair): Promise<void> => {
    let paid = 0;
    const [mine, theirs] = stores.map((records) => serverOf(records, () => `paid ${++paid}`)) as [
      A2aServer,
      A2aServer,
    ];
    try {
      const client = (process: 0 | 1, user = 'ann'): Client => clientOf(process === 0 ? mine : theirs, user);
      await test({ client, paid: () => paid }, stores);
    } finally {
      await Promise.all([mine.close(), theirs.close()]);
    }
  };

function serverOf(records: RecordStore, pay: () => string): A2aServer {
  const provider = fakeProvider({ id: 'f', models: { m: Array.from({ length: 200 }, () => turn) } });
  const tools = [
    defineTool({
      name: 'pay',
      description: 'Pays',
      parameters: NONE,
      approval: true,
      effect: 'once',
      run: pay,
    }),
    defineTool({
      name: 'hang',
      description: 'Hangs',
      parameters: NONE,
      run: () => new Promise<string>(() => undefined),
    }),
  ];
  return serveA2a({
    agent: createAgent({ model: createMajordomo({ providers: [provider] }).model('f/m'), tools }),
    url: URL_OF_SERVER,
    card: { name: 'Support', description: 'Answers', version: '1.0.0' },
    authorize: ({ headers }) => ({ user: headers.get('authorization') ?? '' }),
    records,
  });
}

/** Waits until a task has a state, at most 5 seconds. */
async function untilState(client: Client, id: string, state: string): Promise<void> {
  const end = Date.now() + 5000;
  while ((await client.get(id)).status.state !== `TASK_STATE_${state}` && Date.now() < end)
    await setTimeout(10);
  equal((await client.get(id)).status.state, `TASK_STATE_${state}`);
}

const textOf = ({ artifacts }: Answer): string | undefined => artifacts?.[0]?.parts[0]?.text;

/** Cases of the tasks of A2A. */
export const a2aCases: readonly FeatureCase[] = [
  {
    name: 'a2a: continues a waiting task with one of several replies, in any process',
    run: withServers(async ({ client, paid }) => {
      for (let round = 1; round <= 3; round++) {
        const { id, status } = await client(0).send('pay');
        equal(status.state, 'TASK_STATE_INPUT_REQUIRED');
        const replies = await Promise.allSettled(
          ([0, 1, 0, 1] as const).map((process) => client(process).send('approve', { taskId: id })),
        );
        equal(replies.filter((reply) => reply.status === 'fulfilled').length, 1);
        await untilState(client(1), id, 'COMPLETED');
        equal(paid(), round);
      }
    }),
  },
  {
    name: 'a2a: a task is canceled or continued, but not both',
    run: withServers(async ({ client, paid }, stores) => {
      for (let round = 0; round < 3; round++) {
        const before = paid();
        const { id } = await client(0).send('pay');
        const [reply, cancel] = await Promise.allSettled([
          client(1).send('approve', { taskId: id }),
          client(0).cancel(id),
        ]);
        await untilState(client(1), id, cancel.status === 'fulfilled' ? 'CANCELED' : 'COMPLETED');
        if (reply.status === 'rejected') equal(paid(), before);
      }
      deepEqual(
        Object.keys(await stores[0].counts('a2a/runs')).filter((label) => label === 'waiting'),
        [],
      );
    }),
  },
  {
    name: 'a2a: cancels a task on which another process works',
    run: withServers(async ({ client }) => {
      const { id } = await client(0).start('hang');
      await untilState(client(1), id, 'WORKING');
      await client(1).cancel(id);
      await untilState(client(0), id, 'CANCELED');
    }),
  },
  {
    name: 'a2a: lists the tasks of a caller in pages, the latest first, and hides them from others',
    run: withServers(async ({ client }) => {
      const ids: string[] = [];
      for (let task = 0; task < 5; task++) {
        ids.unshift((await client(0).send('hi')).id);
        await setTimeout(2);
      }
      const found: string[] = [];
      let pageToken = '';
      do {
        const page = await client(1).list({ pageSize: 2, pageToken });
        found.push(...page.tasks.map(({ id }) => id));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      deepEqual(found, ids);
      for (const user of ['bob', 'Ann']) deepEqual((await client(1, user).list()).tasks, []);
    }),
  },
  {
    name: 'a2a: appends the messages of parallel tasks of a conversation, which other callers do not see',
    run: withServers(async ({ client }) => {
      const { contextId } = await client(0).send('hi');
      await Promise.all(([0, 1, 0, 1] as const).map((process) => client(process).send('hi', { contextId })));
      equal(textOf(await client(1).send('hi', { contextId })), 'question 6');
      equal(textOf(await client(1, 'bob').send('hi', { contextId })), 'question 1');
    }),
  },
];
