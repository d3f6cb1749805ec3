import { createKeys } from '@majordomo/admin';
import { describeWith } from '@majordomo/services';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KINDS, listeners } from './support/clients.ts';
import { onPostgres } from './support/stores.ts';

describeWith('postgres', 'keys of several processes', () => {
  const { client, listener, stores, url } = onPostgres();
  const bearer = (secret: string) =>
    new Request('http://localhost/', { headers: { authorization: `Bearer ${secret}` } });

  describe.each(KINDS)('over %s', (kind) => {
    it('refuse a revoked key within a second, also after the watching session was killed', async () => {
      const schema = `watched_${kind}`;
      const sessions: (() => Promise<unknown>)[] = [];
      const openSession = async () => {
        const session = await listeners[kind](url());
        sessions.push(session.close);
        return session.client;
      };
      const watchedStores = stores({ schema, listener: openSession }, kind);
      const firstKeys = createKeys({ records: watchedStores.records, cacheMs: 600_000, timeoutMs: 20_000 });
      onTestFinished(async () => {
        await firstKeys.close();
        await watchedStores.close();
        await Promise.all(sessions.map((close) => close().catch(() => undefined)));
      });
      const secondKeys = createKeys({ records: stores({ schema }, kind).records });
      const authorized = async (secret: string) => (await firstKeys.authorize(bearer(secret))) !== undefined;

      const first = await secondKeys.create({ name: 'first' });
      expect(await authorized(first.secret)).toBe(true);
      await secondKeys.revoke(first.key.id);
      await expect.poll(() => authorized(first.secret)).toBe(false);

      const second = await secondKeys.create({ name: 'second' });
      expect(await authorized(second.secret)).toBe(true);
      await client('pg').query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'`,
      );
      await secondKeys.revoke(second.key.id);
      await expect.poll(() => authorized(second.secret)).toBe(false);
    });

    it('do not report to a watcher that could not be started', async () => {
      const schema = `failed_${kind}`;
      let isDown = true;
      const open = () => (isDown ? Promise.reject(new Error('no route')) : listener(kind));
      const watchedStores = stores({ schema, listener: open }, kind);
      onTestFinished(() => watchedStores.close());
      const [failed, started]: (string | undefined)[][] = [[], []];
      await expect(watchedStores.records.watch?.('keys', (id) => failed?.push(id))).rejects.toMatchObject({
        kind: 'network',
      });
      isDown = false;
      const stop = await watchedStores.records.watch?.('keys', (id) => started?.push(id));
      const { key } = await createKeys({ records: watchedStores.records }).create({ name: 'a' });
      await expect.poll(() => started).toContain(key.id);
      await stop?.();
      expect(failed).toEqual([]);
    });
  });
});
