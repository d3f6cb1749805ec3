import type { Claim } from '@majordomo/ledger';
import { describeWith, until } from '@majordomo/services';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { onRedis } from './support/stores.ts';

const claim: Claim = { counter: 'a', max: 10n, amount: 1n, resetsInMs: undefined, whenLapsed: 'spent' };

describeWith('redis', 'a settled reservation', () => {
  const { stores, client } = onRedis();
  const redis = (): Redis => client().client as Redis;
  const keyOf = async (id: string): Promise<string> => {
    const [key = ''] = await redis().keys(`*:reservation:${id}`);
    return key;
  };

  describe.each([
    ['a minute', { leaseMs: 30_000, timeoutMs: 250 }, 60_000],
    ['its lease if that is longer', { leaseMs: 86_400_000, timeoutMs: 250 }, 86_400_000],
    ['twice the timeout if that is longer', { leaseMs: 30_000, timeoutMs: 600_000 }, 1_200_000],
  ])('is known for %s', (which, { leaseMs, timeoutMs }, knownMs) => {
    it('and reserves nothing meanwhile', async () => {
      const { ledger } = stores({ timeoutMs });
      const id = `known ${which}`;
      await ledger.reserve(id, [claim], leaseMs);
      expect(await redis().pttl(await keyOf(id))).toBe(-1);
      expect(await ledger.settle(id, [{ counter: 'a', amount: 1n }])).toBe(true);
      const left = await redis().pttl(await keyOf(id));
      expect([left <= knownMs, left > knownMs - 50_000]).toEqual([true, true]);
      expect(await ledger.reserve(id, [claim], leaseMs)).toBeUndefined();
      expect(await ledger.counters('')).toMatchObject([{ used: 1n, held: 0n }]);
    });
  });

  it('is settled once, also after its id was deleted', async () => {
    const { ledger } = stores();
    await ledger.reserve('forgotten', [claim], 30_000);
    await ledger.settle('forgotten', [{ counter: 'a', amount: 1n }]);
    await redis().del(await keyOf('forgotten'));
    expect(await ledger.settle('forgotten', [{ counter: 'a', amount: 1n }])).toBe(false);
    expect(await ledger.counters('')).toMatchObject([{ used: 1n, held: 0n }]);
  });

  it('is not reserved again by a client that repeats its command after the id was deleted', async () => {
    const { client: app } = client();
    const sent: (readonly [string, number, ...string[]])[] = [];
    const recording = new Proxy(app as Redis, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: readonly [string, number, ...string[]]): unknown => {
          // A reservation has more arguments than a settlement.
          if (name === 'evalsha' && args.length > 10) sent.push(args);
          return Reflect.apply(value, target, args);
        };
      },
    });
    const { ledger } = stores({ client: recording, timeoutMs: 100 });
    // The time of Redis is known from its first response on.
    await ledger.reserve('first', [claim], 30_000);
    await ledger.reserve('again', [claim], 30_000);
    await ledger.settle('again', [{ counter: 'a', amount: 1n }]);
    await redis().del(await keyOf('again'));
    const last = sent.at(-1)!;
    // The deadline is the third argument after the keys. It passes.
    const late = Number(last[last[1] + 4]) + 1;
    await until(async () => {
      const [seconds, micros] = await redis().time();
      return Number(seconds) * 1000 + Number(micros) / 1000 > late;
    });
    expect(await redis().evalsha(...last)).toMatchObject(['late', expect.any(Number)]);
    expect(await ledger.counters('')).toMatchObject([{ used: 1n, held: 1n }]);
  });
});
