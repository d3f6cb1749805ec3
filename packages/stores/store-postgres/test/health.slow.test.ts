import { createMajordomo, type Majordomo } from '@majordomo/core';
import { describeWith } from '@majordomo/services';
import { describe, expect, it } from 'vitest';
import { postgresStores } from '../src/index.ts';
import { KINDS, type AppClient, type Kind } from './support/clients.ts';
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

    it('does not end a bench of this process because of an earlier recovery', async () => {
      const { all, join, schema } = await startProcesses([kind]);
      const { health } = all[0]!.majordomo;
      health.bench(TARGET, 60_000);
      health.unbench(TARGET);
      // The recovery is stored and its notification sent before the other process starts.
      const stored = () => client(kind).query(`SELECT verdict FROM ${schema}.verdicts`);
      await expect.poll(stored).toEqual([{ verdict: '{"state":"healthy","isByHand":true}' }]);
      const late = createMajordomo({ providers: [] });
      late.health.bench(TARGET, 60_000);
      await join(kind, late);
      health.bench('a/last', 60_000);
      await expect.poll(() => stateOf(late, 'a/last')).toBe('benched');
      expect(stateOf(late)).toBe('benched');
    });

    it('keeps a notification that arrives before the result of an earlier query', async () => {
      const { all, schema } = await startProcesses([kind]);
      const { health } = all[0]!.majordomo;
      health.bench(TARGET, Infinity);
      const stored = () => client(kind).query(`SELECT target FROM ${schema}.verdicts`);
      await expect.poll(stored).toHaveLength(1);
      const held = holdVerdicts(client(kind));
      const late = createMajordomo({ providers: [] });
      const made = stores({ schema, client: held.client, listener: () => listener(kind) });
      const sharing = made.shareHealth(late);
      await expect.poll(held.isRead).toBe(true);
      health.unbench(TARGET);
      health.bench('a/last', 60_000);
      await expect.poll(() => stateOf(late, 'a/last')).toBe('benched');
      held.release();
      await sharing;
      expect(stateOf(late)).not.toBe('benched');
    });

    it('receives nothing after its stores are closed', async () => {
      const { all } = await startProcesses([kind, kind, kind]);
      await all[0]!.close();
      all[1]!.majordomo.health.bench(TARGET, 60_000);
      await expect.poll(() => stateOf(all[2]!.majordomo)).toBe('benched');
      expect(stateOf(all[0]!.majordomo)).toBeUndefined();
    });
  });

  it('ignores invalid messages', async () => {
    const { all, schema } = await startProcesses(['pg']);
    const { majordomo } = all[0]!;
    for (const message of ['', 'null', '[]', '{"from":"x"}', '{"from":"x","target":"a/x","verdict":null}'])
      await client().query(`SELECT pg_notify('${schema}_health', '${message}')`);
    const valid = { from: 'x', target: 'a/y', verdict: { state: 'benched', benches: 1, forMs: 60_000 } };
    await client().query(`SELECT pg_notify('${schema}_health', '${JSON.stringify(valid)}')`);
    await expect.poll(() => stateOf(majordomo, 'a/y')).toBe('benched');
    expect(Object.keys(majordomo.health.snapshot())).toEqual(['a/y']);
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

/** Client that delivers stored verdicts only after `release`. */
function holdVerdicts({ query }: AppClient) {
  let isRead = false;
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const client = {
    async query(text: string, values?: readonly (string | null)[]) {
      const rows = await query(text, values);
      if (text.startsWith('SELECT target, verdict')) {
        isRead = true;
        await released;
      }
      return { rows };
    },
    on: () => undefined,
    off: () => undefined,
  };
  return { client, isRead: () => isRead, release };
}
