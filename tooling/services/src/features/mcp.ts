import { createAgent, type RunResult } from '@majordomo/agent';
import { createMajordomo, type JsonObject } from '@majordomo/core';
import {
  connectMcp,
  createMcpConnections,
  serveMcp,
  type McpConnections,
  type McpToolbox,
  type RecordStore,
} from '@majordomo/mcp';
import { allRecords } from '@majordomo/records';
import { authorizationServer, fakeProvider, type AuthorizationServer } from '@majordomo/testing';
import { deepEqual, equal } from 'node:assert/strict';
import type { FeatureCase, Pair } from './feature-case.ts';

const URL_OF_SERVER = 'http://127.0.0.1:9/mcp';
const METADATA = 'http://127.0.0.1:9/metadata';
const REDIRECT = 'https://app.example/callback';
const CLIENT = { clientId: 'app', clientSecret: 'secret-of-the-application' };

/** MCP server with accounts, whose tool returns the user, and the connections of two processes to it. */
interface World {
  readonly authority: AuthorizationServer;
  readonly processes: readonly [McpConnections, McpConnections];
}

/** Runs a test with a server, which is closed afterwards. */
const withWorld =
  (test: (world: World, stores: Pair) => Promise<void>) =>
  async (stores: Pair): Promise<void> => {
    const authority = await authorizationServer({ clients: [{ ...CLIENT, redirectUris: [REDIRECT] }] });
    const open = (records: RecordStore): McpConnections =>
      createMcpConnections({
        name: 'm',
        prefix: '',
        place: { url: URL_OF_SERVER, fetch: fetchOf(authority) },
        client: { ...CLIENT, issuer: authority.issuer },
        redirectUrl: REDIRECT,
        records,
      });
    try {
      await test({ authority, processes: [open(stores[0]), open(stores[1])] }, stores);
    } finally {
      await authority.close();
    }
  };

/** Returns the function that sends requests to the MCP server, which accepts tokens of the authority. */
const fetchOf =
  (authority: AuthorizationServer): typeof fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    if (request.url === METADATA)
      return Response.json({ resource: URL_OF_SERVER, authorization_servers: [authority.issuer] });
    if (request.url !== URL_OF_SERVER) return fetch(request);
    const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
    const user = authority.check(token)?.user;
    if (user === undefined)
      return new Response(null, {
        status: 401,
        headers: { 'www-authenticate': `Bearer resource_metadata="${METADATA}"` },
      });
    const whoami = { name: 'whoami', description: 'whoami', parameters: {}, run: () => user };
    return serveMcp({ name: 'accounts', version: '1.0.0', tools: [whoami] }).fetch(request);
  };

/** Logs in a user, starting in one process and finishing in the other. */
async function logIn({ authority, processes: [mine, theirs] }: World, user: string): Promise<void> {
  const { url } = await mine.login(user);
  await theirs.finish(authority.approve(url, { user }), user);
}

async function whoami(toolbox: McpToolbox): Promise<unknown> {
  const [tool] = toolbox.tools;
  const { signal } = new AbortController();
  return tool?.run({} as never, { signal, callId: 'c', key: 'k', options: {}, depth: 0 } as never);
}

const text = (value: string) => [{ type: 'text', text: value }];

async function ownersIn(records: RecordStore): Promise<readonly unknown[]> {
  const owners: unknown[] = [];
  for await (const { key } of allRecords(records, 'mcp', { values: false }))
    owners.push((JSON.parse(key) as readonly unknown[])[1]);
  return owners;
}

/** Cases of logins at MCP servers. */
const LOGINS: readonly FeatureCase[] = [
  {
    name: 'mcp: continues a login in any process, and keeps users apart',
    run: withWorld(async (world, stores) => {
      const [mine, theirs] = world.processes;
      const users = ['ann', 'a"b', '["m","ann"]', 'a\0b', '😀'.repeat(256)];
      for (const user of users) await logIn(world, user);
      for (const user of users) {
        await using toolbox = await theirs.connect(user);
        deepEqual(await whoami(toolbox), text(user));
      }
      for (const user of users) {
        await mine.login(user);
        await mine.disconnect(user);
        equal(await theirs.has(user), false);
        deepEqual(
          (await ownersIn(stores[1])).filter((owner) => owner === user),
          [],
        );
      }
    }),
  },
];

const WAITS = {
  done: 'awaiting',
  awaiting: [{ type: 'tool-call', id: 'a', name: 'pay', args: {} }],
  state: {},
} as unknown as RunResult;
const ANSWERED = { done: 'answered', text: 'Paid.', awaiting: [] } as unknown as RunResult;

/** Connects to a served agent, which waits for an approval, and then answers. `runs`: decisions of its runs. */
async function clerk(records: RecordStore, runs: unknown[]): Promise<McpToolbox> {
  const run = async (_input: unknown, { decisions }: { readonly decisions?: unknown } = {}) => {
    runs.push(decisions);
    return decisions === undefined ? WAITS : ANSWERED;
  };
  const agents = [{ name: 'clerk', description: 'Pays', agent: { run } }] as never;
  const server = serveMcp({ name: 'c', version: '1.0.0', tools: [], agents, records });
  const place = {
    url: 'http://127.0.0.1/mcp',
    fetch: (input: string | URL | Request, init?: RequestInit) => server.fetch(new Request(input, init)),
  };
  return connectMcp({ name: 'c', place, suspend: ['elicitation'] });
}

/** Cases of served agents. */
const AGENTS: readonly FeatureCase[] = [
  {
    name: 'mcp: continues a run of a served agent once, in one of the processes',
    async run(stores) {
      const runs: unknown[] = [];
      await using mine = await clerk(stores[0], runs);
      await using theirs = await clerk(stores[1], runs);
      const call = {
        toolCalls: [{ id: 'c1', name: 'c_clerk', args: { task: 'Pay.' } satisfies JsonObject }],
      };
      const provider = fakeProvider({ id: 'f', models: { m: [call] } });
      const model = createMajordomo({ providers: [provider] }).model('f/m');
      const { state } = await createAgent({ model, toolboxes: [mine] }).run('Pay.');
      const reply = { c1: { action: 'accept', content: {} } } as const;
      const settled = await Promise.all([mine, theirs, mine, theirs].map((box) => box.settle(state, reply)));
      const results = settled.flatMap(({ decisions }) =>
        decisions.map((one) => 'result' in one && one.result),
      );
      equal(results.filter((result) => result === 'Paid.').length, 1);
      equal(runs.length, 2);
      deepEqual(await stores[1].counts('mcp-runs'), {});
    },
  },
];

/** Cases of the records of `@majordomo/mcp`. */
export const mcpCases: readonly FeatureCase[] = [...LOGINS, ...AGENTS];
