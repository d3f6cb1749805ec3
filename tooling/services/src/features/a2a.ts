import { serveA2a, type A2aServer, type RecordStore } from '@majordomo/a2a';
import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { deepEqual, equal } from 'node:assert/strict';
import { nextMillisecond, type FeatureCase, type Pair } from './feature-case.ts';

const URL_OF_SERVER = 'https://support.example.com/a2a';

/** Calls the tool `pay` if the question is its name, and otherwise answers with the number of earlier questions. */
const turn: Turn = ({ messages }) => {
  const questions = messages.filter(({ role }) => role === 'user');
  const [part] = messages.at(-1)?.parts ?? [];
  if (part?.type !== 'text') return 'Done.';
  return part.text === 'pay' ? { toolCalls: [{ name: 'pay', args: {} }] } : `question ${questions.length}`;
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
  get(id: string): Promise<Answer>;
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
  return {
    async send(text, ids = {}) {
      const message = { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }], ...ids };
      return ((await call('SendMessage', { message })) as { readonly task: Answer }).task;
    },
    get: (id) => call('GetTask', { id }) as Promise<Answer>,
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
  (test: (world: World) => Promise<void>) =>
  async (stores: Pair): Promise<void> => {
    let paid = 0;
    const [mine, theirs] = stores.map((records) => serverOf(records, () => `paid ${++paid}`)) as [
      A2aServer,
      A2aServer,
    ];
    try {
      const client = (process: 0 | 1, user = 'ann'): Client => clientOf(process === 0 ? mine : theirs, user);
      await test({ client, paid: () => paid });
    } finally {
      await Promise.all([mine.close(), theirs.close()]);
    }
  };

function serverOf(records: RecordStore, pay: () => string): A2aServer {
  const provider = fakeProvider({ id: 'f', models: { m: Array.from({ length: 200 }, () => turn) } });
  const tool = defineTool({
    name: 'pay',
    description: 'Pays',
    parameters: { type: 'object', properties: {} },
    approval: true,
    effect: 'once',
    run: pay,
  });
  return serveA2a({
    agent: createAgent({ model: createMajordomo({ providers: [provider] }).model('f/m'), tools: [tool] }),
    url: URL_OF_SERVER,
    card: { name: 'Support', description: 'Answers', version: '1.0.0' },
    authorize: ({ headers }) => ({ user: headers.get('authorization') ?? '' }),
    records,
  });
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
        equal((await client(1).get(id)).status.state, 'TASK_STATE_COMPLETED');
        equal(paid(), round);
      }
    }),
  },
  {
    name: 'a2a: lists the tasks of a caller in pages, the latest first, and hides them from others',
    run: withServers(async ({ client }) => {
      const ids: string[] = [];
      for (let task = 0; task < 5; task++) {
        ids.unshift((await client(0).send('hi')).id);
        await nextMillisecond();
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
