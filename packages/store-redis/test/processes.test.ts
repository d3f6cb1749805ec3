import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describeWith } from '@majordomo/services';
import { afterAll, expect, it } from 'vitest';
import { onRedis } from './support/stores.ts';
import { until } from './support/until.ts';

const KINDS = ['ioredis as it is', 'node-redis as it is', 'ioredis as we say', 'node-redis as we say'];
const SCRIPT = new URL('./support/ledger-process.ts', import.meta.url).pathname;

/** SOAK=1, as every night: all of them. */
const ROUNDS = process.env['SOAK'] === undefined ? 6 : 20;

describeWith('redis', 'several processes', () => {
  const { server, stores } = onRedis();
  const children: ChildProcess[] = [];
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  async function start(kind: string, me: number) {
    const child = spawn(process.execPath, [SCRIPT, server().url, kind, `${me}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    await lines.next();
    return {
      async told(order: object): Promise<string> {
        child.stdin.write(`${JSON.stringify(order)}\n`);
        return String((await lines.next()).value);
      },
      async end(signal?: NodeJS.Signals) {
        if (signal === undefined) child.stdin.end();
        else child.kill(signal);
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      },
    };
  }

  it('with 400 reservations on a limit of ten admit exactly ten', async () => {
    const workers = await Promise.all(KINDS.map(start));
    for (let round = 0; round < ROUNDS; round++) {
      const order = { reserve: { counter: `round ${round}`, times: 100, max: 10 } };
      const admitted = await Promise.all(workers.map(({ told }) => told(order)));
      expect(admitted.reduce((sum, count) => sum + Number(count), 0)).toBe(10);
    }
    await Promise.all(workers.map(({ end }) => end()));
    const counters = await stores({ prefix: 'majordomo' }).ledger.counters('round');
    expect(counters.map(({ held }) => held)).toEqual(Array.from({ length: ROUNDS }, () => 10n));
  }, 60_000);

  it('count the claim of a killed one as spent and free its lane when its lease ends', async () => {
    const leaseMs = 1500;
    const holder = await start('ioredis as it is', 0);
    const begin = performance.now();
    await holder.told({ hold: { leaseMs } });
    await holder.end('SIGKILL');
    const { ledger } = stores({ prefix: 'majordomo' });
    const standing = async (name: string) => (await ledger.counters(name))[0]!;
    await until(async () => (await standing('lane')).held === 0n);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(leaseMs - 5);
    expect(await standing('money')).toMatchObject({ used: 6n, held: 0n });
    expect(await standing('lane')).toMatchObject({ used: 0n, held: 0n });
  }, 60_000);
});
