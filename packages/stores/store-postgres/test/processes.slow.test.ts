import { describeWith, startProgram, type RunningProgram } from '@majordomo/services';
import { expect, it } from 'vitest';
import type { Kind } from './support/clients.ts';
import { onPostgres } from './support/stores.ts';

const KINDS: readonly Kind[] = ['pg', 'postgres', 'pg', 'postgres'];
const SCRIPT = new URL('./support/ledger-process.ts', import.meta.url).pathname;
const RACES = 25;

describeWith('postgres', 'several processes', () => {
  const { stores, url } = onPostgres();
  const start = async (kind: Kind, processId: number): Promise<RunningProgram> => {
    const program = startProgram(SCRIPT, url(), kind, `${processId}`);
    expect(await program.line()).toBe('ready');
    return program;
  };

  it('admit exactly the maximum of parallel reservations on new and existing counters', async () => {
    // All processes create the tables at the same time.
    const workers = await Promise.all(KINDS.map(start));
    const admitted = async (reserve: object, round = ''): Promise<number> => {
      const counts = await Promise.all(
        workers.map(({ execute }) => execute({ reserve: { ...reserve, round } })),
      );
      return counts.reduce((sum, count) => sum + Number(count), 0);
    };
    expect(await admitted({ counter: 'many', times: 100, max: 100 })).toBe(100);
    for (let race = 0; race < RACES; race++) {
      // One claim of each process on a new counter, then eight more on the existing one: 12 claims for a maximum of 10.
      const counter = `race ${race}`;
      expect(await admitted({ counter, times: 1, max: 10 })).toBe(4);
      expect(await admitted({ counter: `${counter} full`, times: 1, max: 3 })).toBe(3);
      expect(await admitted({ counter, times: 2, max: 10 }, ' again')).toBe(6);
    }
    await Promise.all(workers.map(({ end }) => end()));
    const counters = await stores({ schema: 'majordomo' }).ledger.counters('many');
    expect(counters).toMatchObject([{ used: 0n, held: 100n }]);
  }, 120_000);

  it('count the claim of a killed process as spent and free its lane when its lease ends', async () => {
    const leaseMs = 1500;
    const holder = await start('pg', 0);
    const begin = performance.now();
    await holder.execute({ hold: { leaseMs } });
    await holder.kill();
    const { ledger } = stores({ schema: 'majordomo' });
    const stateOf = async (name: string) => (await ledger.counters(name))[0]!;
    await expect.poll(async () => (await stateOf('lane')).held).toBe(0n);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(leaseMs - 5);
    expect(await stateOf('money')).toMatchObject({ used: 11n, held: 0n });
    expect(await stateOf('lane')).toMatchObject({ used: 0n, held: 0n });
  }, 60_000);
});
