import { describeWith } from '@majordomo/services';
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { redisStores } from '../src/index.ts';
import { clients } from './support/clients.ts';
import { onRedis } from './support/stores.ts';

/** Clients without a command timeout, which a busy machine exceeds. */
const KINDS = Object.keys(clients).filter((kind) => !kind.includes('timeout'));

describeWith('redis', 'claims', () => {
  const { client, stores } = onRedis();

  it.each(KINDS)('admit each key once, with %s', async (kind) => {
    const options = { prefix: `claims ${kind}` };
    const both = [stores(options, kind), stores(options, kind)];
    const answers = await Promise.all(
      both.flatMap(({ claims }) => [1, 2].map(() => claims.claim('run/1/call'))),
    );
    expect(answers.toSorted()).toEqual([false, false, false, true]);
    expect(await both[0]?.claims.claim('run/2/call')).toBe(true);
    expect(await stores({ prefix: `other ${kind}` }, kind).claims.claim('run/1/call')).toBe(true);
  });

  it('are granted if the client repeats a claim whose reply was lost', async () => {
    const redis = client().client as Redis;
    const send = redis.eval.bind(redis) as (...args: string[]) => Promise<unknown>;
    const repeating = Object.assign(redis, {
      evalsha: () => Promise.reject(new Error('NOSCRIPT')),
      eval: (...args: string[]) => send(...args).then(() => send(...args)),
    });
    const { claims } = redisStores({ client: repeating, prefix: 'repeated', timeoutMs: 10_000 });
    expect(await claims.claim('run/1/call')).toBe(true);
  });
});
