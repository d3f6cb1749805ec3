import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo, toJson } from '@majordomo/core';
import { describeWith, startPostgres, startRedis } from '@majordomo/services';
import { fakeProvider } from '@majordomo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linesIn } from '../../src/stores/lines.ts';

const root = mkdtempSync(join(tmpdir(), 'majordomo-claims-'));
const children: ChildProcess[] = [];
const stops: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const stop of stops) await stop();
  rmSync(root, { recursive: true });
}, 60_000);

/** Addresses of empty stores. */
const SERVERS = {
  sqlite: () => Promise.resolve(join(root, 'claims.db')),
  async redis() {
    const server = await startRedis();
    stops.push(() => server.stop());
    return server.url;
  },
  async postgres() {
    const server = await startPostgres();
    stops.push(() => server.stop());
    return server.url;
  },
} as const;

/** Creates a folder with the state of a run whose payment waits for approval. */
async function createPendingRun(): Promise<string> {
  const folder = mkdtempSync(join(root, 'run-'));
  const turns = [{ toolCalls: [{ id: 'c1', name: 'pay', args: {} }] }];
  const model = createMajordomo({ providers: [fakeProvider({ id: 'f', models: { m: turns } })] }).model(
    'f/m',
  );
  const pay = defineTool({
    name: 'pay',
    description: 'Pays the bill',
    parameters: { type: 'object' },
    approval: true,
    effect: 'once',
    run: () => 'paid',
  });
  const { state } = await createAgent({ model, tools: [pay] }).run('Pay the bill');
  writeFileSync(join(folder, 'state.json'), JSON.stringify(toJson(state)));
  return folder;
}

const paymentCount = (folder: string): number => {
  const file = join(folder, 'paid');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
};

function start(...args: readonly string[]) {
  const script = new URL('../../src/stores/approving-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = linesIn(child.stdout);
  const line = async (): Promise<string> => String((await lines.next()).value);
  return { child, line, approve: (): unknown => child.stdin.write('approve\n') };
}

/** Number of races. With SOAK=1, as in the nightly run, three. */
const ROUNDS = process.env['SOAK'] === undefined ? 1 : 3;

const UNKNOWN = '"unknown":["c1"]';

const claimsIn = (kind: keyof typeof SERVERS) => (): void => {
  let address = '';
  beforeAll(async () => {
    address = await SERVERS[kind]();
  }, 60_000);

  it('let only one of two processes run a once tool', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const folder = await createPendingRun();
      const both = [start(kind, address, folder), start(kind, address, folder)];
      await Promise.all(both.map(({ line }) => line()));
      for (const { approve } of both) approve();
      const results = await Promise.all(both.map(({ line }) => line()));
      expect(results.filter((result) => result.includes(UNKNOWN))).toHaveLength(1);
      expect(results.filter((result) => result.includes('"paid"'))).toHaveLength(1);
      expect(paymentCount(folder)).toBe(1);
    }
  }, 120_000);

  // A store cannot distinguish a killed process from a slow one. With SOAK=1, as in the nightly run, with all stores.
  it.runIf(kind === 'sqlite' || process.env['SOAK'] !== undefined)(
    'do not run a once tool again if its process is killed while the tool runs',
    async () => {
      const folder = await createPendingRun();
      const [first, second] = [start(kind, address, folder, 'hang'), start(kind, address, folder)];
      await Promise.all([first.line(), second.line()]);
      first.approve();
      await expect.poll(() => paymentCount(folder), { timeout: 30_000 }).toBe(1);
      first.child.kill('SIGKILL');
      await once(first.child, 'exit');
      second.approve();
      expect(await second.line()).toContain(UNKNOWN);
      expect(paymentCount(folder)).toBe(1);
    },
    120_000,
  );
};
describe('claims in SQLite', claimsIn('sqlite'));
describeWith('redis', 'claims in Redis', claimsIn('redis'));
describeWith('postgres', 'claims in PostgreSQL', claimsIn('postgres'));
