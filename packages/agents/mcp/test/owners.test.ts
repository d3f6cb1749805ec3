import type { RunResult } from '@majordomo/agent';
import { authorizationServer } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createMcpConnections, type McpConnections } from '../src/index.ts';
import { ServedAgents, type AgentReply, type WaitingRun } from '../src/serve/agents.ts';
import { memoryRecords, type StoredRecord } from '@majordomo/records';
import { entriesOf } from './support/entries.ts';
import { protectedServer } from './support/protected-server.ts';
import { closing, run } from './support/world.ts';

// Two users, and two processes with one store. The first user has a login, and a second one that is not finished.

const REDIRECT = 'https://app.example/callback';
const LOGIN_FAILED = { kind: 'auth', details: { code: 'login-failed' } };
const LOGIN_REQUIRED = { kind: 'auth', details: { code: 'login-required' } };

/** State of one test: the processes, and the callback of the unfinished login. */
interface World {
  readonly processes: readonly [McpConnections, McpConnections];
  readonly callback: string;
  /** Entries of the first user. */
  owned(): Promise<readonly StoredRecord[]>;
}

async function world(): Promise<World> {
  const authority = closing(
    await authorizationServer({ clients: [{ clientId: 'app', redirectUris: [REDIRECT] }] }),
  );
  const accounts = await protectedServer(authority);
  const records = memoryRecords();
  const connections = (): McpConnections =>
    createMcpConnections({
      name: 'm',
      prefix: '',
      place: { url: accounts.url },
      client: { clientId: 'app', issuer: authority.issuer },
      redirectUrl: REDIRECT,
      records,
    });
  const processes = [connections(), connections()] as const;
  const [first] = processes;
  await first.finish(authority.approve((await first.login('ann')).url, { user: 'ann' }), 'ann');
  const callback = authority.approve((await first.login('ann')).url, { user: 'ann' });
  const owned = async (): Promise<readonly StoredRecord[]> =>
    (await entriesOf(records)).filter(({ key }) => key.includes('"ann"'));
  return { processes, callback, owned };
}

async function whoami(connections: McpConnections, user: string): Promise<unknown> {
  const box = closing(await connections.connect(user));
  return run(box, 'whoami');
}

interface Verb {
  readonly verb: string;
  readonly run: (connections: McpConnections, user: string, callback: string) => Promise<unknown>;
  /** Result for the owner, and for the other user. */
  readonly own: unknown;
  readonly other: unknown;
}

const VERBS: readonly Verb[] = [
  { verb: 'has', run: (all, user) => all.has(user), own: true, other: false },
  {
    verb: 'connect',
    run: (all, user) => whoami(all, user).catch((error: unknown) => error),
    own: [{ type: 'text', text: 'ann' }],
    other: LOGIN_REQUIRED,
  },
  {
    verb: 'finish',
    run: async (all, user, callback) => all.finish(callback, user).catch((error: unknown) => error),
    own: undefined,
    other: LOGIN_FAILED,
  },
  {
    verb: 'login',
    run: (all, user) => all.login(user),
    own: { url: expect.any(String) as string },
    other: { url: expect.any(String) as string },
  },
  { verb: 'disconnect', run: (all, user) => all.disconnect(user), own: undefined, other: undefined },
];
const rows = VERBS.flatMap((verb) => ([0, 1] as const).map((at) => ({ ...verb, at })));

describe('a login', () => {
  it.each(rows)('is available to $verb of its user in process $at', async ({ run: call, own, at }) => {
    const { processes, callback } = await world();
    expect(await call(processes[at], 'ann', callback)).toEqual(own);
  });

  it.each(rows)(
    'is not changed by $verb of another user in process $at',
    async ({ run: call, other, at }) => {
      const { processes, callback, owned } = await world();
      const before = await owned();
      const result = await call(processes[at], 'bob', callback);
      if (typeof other === 'object') expect(result).toMatchObject(other as object);
      else expect(result).toBe(other);
      expect(await owned()).toEqual(before);
      await processes[0].finish(callback, 'ann');
      expect(await whoami(processes[1], 'ann')).toEqual([{ type: 'text', text: 'ann' }]);
    },
  );
});

it.each([0, 1])('a call of another agent does not end a run that waits, in process %s', async (at) => {
  const records = memoryRecords();
  const results = [
    { done: 'awaiting', awaiting: [{ id: 'a' }], state: {} },
    { done: 'answered', text: 'ok', awaiting: [] },
  ];
  const agent = { run: () => Promise.resolve(results.shift() as unknown as RunResult) };
  const agents = ['payer', 'reader'].map((name) => ({ name, description: name, agent }));
  const processes = [new ServedAgents(agents, records), new ServedAgents(agents, records)];
  const call = (name: string, process: number, requestState?: string): Promise<unknown> => {
    const { signal } = new AbortController();
    const reply: AgentReply = { canAsk: true, requestState, approves: () => true };
    return processes[process]!.call({ name, args: { task: 'x' }, signal } as never, reply);
  };
  const { requestState } = (await call('payer', 0)) as WaitingRun;
  expect(await call('reader', at, requestState)).toMatchObject({ isError: true });
  expect(await call('payer', at, requestState)).toEqual({ content: [{ type: 'text', text: 'ok' }] });
  expect(await call('payer', 1 - at, requestState)).toMatchObject({ isError: true });
});
