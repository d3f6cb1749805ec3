import { createMajordomo, type Majordomo } from '@majordomo/core';
import { describeWith } from '@majordomo/services';
import { describe, expect, it } from 'vitest';
import { postgresStores } from '../src/index.ts';
import { KINDS, type Kind } from './support/clients.ts';
import { onPostgres } from './support/stores.ts';

const TARGET = 'a/x';

describeWith('postgres', 'shared health', () => {
  const { client, listener, stores } = onPostgres();
  let schemas = 0;

  const stateOf = ({ health }: Majordomo, target: string = TARGET): string | undefined =>
    health.snapshot()[target]?.state;

  /** Returns processes that share health, and a function that adds a process. */
  async function startProcesses(kinds: readonly Kind[]) {
    const schema = `health_${schemas++}`;
    await stores({ schema }).ready();
    const join = async (kind: Kind, majordomo: Majordomo = createMajordomo({ providers: [] })) => {
      // With a function, a lost session is reopened.
      const made = stores({ schema, listener: () => listener(kind) }, kind);
      await made.shareHealth(majordomo);
      return { majordomo, close: () => made.close() };
    };
    const all = await Promise.all(kinds.map((kind) => join(kind)));
    return { all, join, schema };
  }

  it('shares a bench and its end between both client libraries', async () => {
    const { all } = await startProcesses(['pg', 'postgres', 'pg']);
    all[0]!.majordomo.health.bench(TARGET, 60_000);
    await expect.poll(() => all.every(({ majordomo }) => stateOf(majordomo) === 'benched')).toBe(true);
    all[1]!.majordomo.health.unbench(TARGET);
    await expect.poll(() => all.every(({ majordomo }) => stateOf(majordomo) === 'healthy')).toBe(true);
  });

  describe.each(KINDS)('over %s', (kind) => {
    it('delivers a current bench to a process that starts later', async () => {
      const { all, join } = await startProcesses([kind]);
      all[0]!.majordomo.health.bench(TARGET, 60_000);
      await expect.poll(async () => stateOf((await join(kind)).majordomo)).toBe('benched');
    });

    it('delivers missed benches and recoveries after the session was lost', async () => {
      const { all } = await startProcesses([kind, kind]);
      const [one, other] = all.map(({ majordomo }) => majordomo);
      one!.health.bench(TARGET, Infinity);
      await expect.poll(() => stateOf(other!)).toBe('benched');
      await client().query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'`,
      );
      one!.health.unbench(TARGET);
      one!.health.bench('a/y', 60_000);
      await expect.poll(() => stateOf(other!)).toBe('healthy');
      await expect.poll(() => stateOf(other!, 'a/y')).toBe('benched');
      // The bench is delivered again as a notification.
      one!.health.bench('a/z', 60_000);
      await expect.poll(() => stateOf(other!, 'a/z')).toBe('benched');
    });

    it('receives nothing after its stores are closed', async () => {
      const { all } = await startProcesses([kind, kind, kind]);
      await all[0]!.close();
      all[1]!.majordomo.health.bench(TARGET, 60_000);
      await expect.poll(() => stateOf(all[2]!.majordomo)).toBe('benched');
      expect(stateOf(all[0]!.majordomo)).toBeUndefined();
    });
  });

  it('needs a listener', async () => {
    await expect(stores().shareHealth(createMajordomo({ providers: [] }))).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'listener' },
    });
    expect(() => postgresStores({ client: client().client, listener: client().client })).toThrow(
      expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path: 'listener' }) }),
    );
  });
});
