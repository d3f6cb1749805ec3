import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describeWith, startRedis, type Redis as Server } from '@majordomo/services';
import { authorizationServer } from '@majordomo/testing';
import { redisStores } from '@majordomo/store-redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { entriesOf, tokensIn } from '../../../../packages/agents/mcp/test/support/entries.ts';
import { protectedServer } from '../../../../packages/agents/mcp/test/support/protected-server.ts';

const SCRIPT = new URL('../../src/mcp/connection-process.ts', import.meta.url).pathname;
/** Number of users. SOAK=1, as in the nightly run, tests one hundred. */
const USERS = process.env['SOAK'] === undefined ? 4 : 100;
const SECRET = 'secret-of-the-application';
const TIMEOUT_MS = 120_000;

/** Starts a process of a web application. Returns a function that sends it orders. */
function start(...args: readonly string[]) {
  const child = spawn(process.execPath, ['--no-warnings', SCRIPT, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const send = async (...orders: readonly object[]): Promise<readonly unknown[]> => {
    child.stdin.write(`${JSON.stringify(orders)}\n`);
    const { value } = await lines.next();
    output += String(value);
    return JSON.parse(String(value)) as readonly unknown[];
  };
  return { send, output: () => output };
}

describeWith('redis', 'processes of a web application', () => {
  let server: Server | undefined;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());

  it(
    'log in many users at once, refresh once, and show no secret',
    async () => {
      const clients = [{ clientId: 'app', clientSecret: SECRET }];
      const authority = await authorizationServer({ clients });
      onTestFinished(() => authority.close());
      const { url } = await protectedServer(authority);
      const redisUrl = server?.url ?? '';
      const [one, two, three] = [0, 1, 2].map(() => start(redisUrl, url, authority.issuer));
      if (one === undefined || two === undefined || three === undefined) return;
      const users = Array.from({ length: USERS }, (_, at) => `user-${at}`);
      const pages = await one.send(...users.map((user) => ({ run: 'login', user })));
      const callbacks = pages.map((page, at) => authority.approve(String(page), { user: users[at] }));
      const finished = await two.send(
        ...users.map((user, at) => ({ run: 'finish', user, callback: callbacks[at] })),
      );
      expect(finished).toEqual(users.map(() => null));
      const calls = await three.send(...users.map((user) => ({ run: 'call', user })));
      expect(calls).toEqual(users.map((user) => [[{ type: 'text', text: user }]]));

      const tokenRequests = (): number => authority.journal.filter(({ path }) => path === '/token').length;
      const order = { run: 'call', user: 'user-1', times: 10 };
      await Promise.all([two.send({ ...order, times: 1 }), three.send({ ...order, times: 1 })]);
      const before = tokenRequests();
      authority.expire();
      const refreshed = await Promise.all([two.send(order), three.send(order)]);
      expect(refreshed.flat(2)).toEqual(Array.from({ length: 20 }, () => [{ type: 'text', text: 'user-1' }]));
      expect(tokenRequests() - before).toBe(1);

      const redis = new Redis(redisUrl);
      onTestFinished(() => {
        redis.disconnect();
      });
      const logins = await entriesOf(redisStores({ client: redis }).records, 'login');
      const tokens = logins.map(tokensIn).flatMap((one) => [one.access_token, one.refresh_token]);
      expect(tokens).toHaveLength(2 * USERS);
      authority.revoke();
      const failed = await three.send({ run: 'call', user: 'user-2' }, { run: 'events', user: 'x' });
      expect(String(failed[0])).toContain('a login is required');
      const shown = [one, two, three].map((process) => process.output()).join('\n');
      for (const secret of [SECRET, ...tokens]) expect(shown).not.toContain(secret);
    },
    TIMEOUT_MS,
  );

  it(
    'that receive the same callbacks at once accept each callback once',
    async () => {
      const clients = [{ clientId: 'app', clientSecret: SECRET }];
      const authority = await authorizationServer({ clients });
      onTestFinished(() => authority.close());
      const { url } = await protectedServer(authority);
      const [one, two] = [0, 1].map(() => start(server?.url ?? '', url, authority.issuer));
      if (one === undefined || two === undefined) return;
      const users = Array.from({ length: USERS }, (_, at) => `twice-${at}`);
      const pages = await one.send(...users.map((user) => ({ run: 'login', user })));
      const orders = users.map((user, at) => ({
        run: 'finish',
        user,
        callback: authority.approve(String(pages[at]), { user }),
      }));
      // Both processes are running before the callbacks arrive.
      await two.send({ run: 'events', user: 'x' });
      const outcomes = await Promise.all([one.send(...orders), two.send(...orders)]);
      for (const at of users.keys())
        expect(outcomes.map((outcome) => outcome[at]).toSorted()).toEqual([
          expect.stringMatching(/^error: mcp "m": the login failed: no login of this user waits/),
          null,
        ]);
      expect(authority.journal.filter(({ path }) => path === '/token')).toHaveLength(USERS);
      const calls = await two.send(...users.map((user) => ({ run: 'call', user })));
      expect(calls).toEqual(users.map((user) => [[{ type: 'text', text: user }]]));
    },
    TIMEOUT_MS,
  );
});
