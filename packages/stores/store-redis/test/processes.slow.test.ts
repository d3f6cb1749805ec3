import { describeWith, startProgram, until, type RunningProgram } from '@majordomo/services';
import { expect, it } from 'vitest';
import { onRedis } from './support/stores.ts';

const KINDS = [
  'ioredis with defaults',
  'node-redis with defaults',
  'ioredis without an offline queue',
  'node-redis without an offline queue',
];
const SCRIPT = new URL('./support/ledger-process.ts', import.meta.url).pathname;

/** Number of rounds. SOAK=1, as in the nightly run, tests 20. */
const ROUNDS = process.env['SOAK'] === undefined ? 6 : 20;

describeWith('redis', 'several processes', () => {
  const { server, stores } = onRedis();
  const start = async (kind: string, processId: number): Promise<RunningProgram> => {
    const program = startProgram(SCRIPT, server().url, kind, `${processId}`);
    expect(await program.line()).toBe('ready');
    return program;
  };

  it('admit exactly ten of 400 reservations on a limit of ten', async () => {
    const workers = await Promise.all(KINDS.map(start));
    for (let round = 0; round < ROUNDS; round++) {
      const order = { reserve: { counter: `round ${round}`, times: 100, max: 10 } };
      const admitted = await Promise.all(workers.map(({ execute }) => execute(order)));
      expect(admitted.reduce((sum, count) => sum + Number(count), 0)).toBe(10);
    }
    await Promise.all(workers.map(({ end }) => end()));
    const counters = await stores({ prefix: 'majordomo' }).ledger.counters('round');
    expect(counters.map(({ held }) => held)).toEqual(Array.from({ length: ROUNDS }, () => 10n));
  }, 60_000);

  it('count the claim of a killed process as spent and free its lane when its lease ends', async () => {
    const leaseMs = 1500;
    const holder = await start('ioredis with defaults', 0);
    const begin = performance.now();
    await holder.execute({ hold: { leaseMs } });
    await holder.kill();
    const { ledger } = stores({ prefix: 'majordomo' });
    const stateOf = async (name: string) => (await ledger.counters(name))[0]!;
    await until(async () => (await stateOf('lane')).held === 0n);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(leaseMs - 5);
    expect(await stateOf('money')).toMatchObject({ used: 11n, held: 0n });
    expect(await stateOf('lane')).toMatchObject({ used: 0n, held: 0n });
  }, 60_000);
});
