import { createKeys } from '@majordomo/admin';
import { describeWith } from '@majordomo/services';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { clients } from './support/clients.ts';
import { onRedis } from './support/stores.ts';

/** Clients that connect again after a lost connection. */
const KINDS = Object.keys(clients).filter((kind) => kind.endsWith('with defaults'));

describeWith('redis', 'keys of several processes', () => {
  const { client, server, stores } = onRedis();
  const bearer = (secret: string) =>
    new Request('http://localhost/', { headers: { authorization: `Bearer ${secret}` } });

  it.each(KINDS)(
    'refuse a revoked key within a second, also after the watching connection was killed (%s)',
    async (kind) => {
      const prefix = `watched ${kind}`;
      const watchedStores = stores({ prefix, subscriber: client(kind).client }, kind);
      const firstKeys = createKeys({ records: watchedStores.records, cacheMs: 600_000, timeoutMs: 20_000 });
      onTestFinished(() => firstKeys.close());
      const secondKeys = createKeys({ records: stores({ prefix }, kind).records });
      const authorized = async (secret: string) => (await firstKeys.authorize(bearer(secret))) !== undefined;

      const first = await secondKeys.create({ name: 'first' });
      expect(await authorized(first.secret)).toBe(true);
      await secondKeys.revoke(first.key.id);
      await expect.poll(() => authorized(first.secret), { timeout: 20_000 }).toBe(false);

      const second = await secondKeys.create({ name: 'second' });
      expect(await authorized(second.secret)).toBe(true);
      const connectionKiller = new Redis(server().url);
      onTestFinished(() => connectionKiller.disconnect());
      await connectionKiller.client('KILL', 'TYPE', 'PUBSUB');
      await secondKeys.revoke(second.key.id);
      await expect.poll(() => authorized(second.secret), { timeout: 20_000 }).toBe(false);
    },
    60_000,
  );
});
