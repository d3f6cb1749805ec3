import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describeWith } from '@majordomo/services';
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { onRedis } from './support/stores.ts';

const MIB = 1_048_576;
const ID = 'x'.repeat(MIB / 4);

function heapMiB(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / MIB;
}

describeWith('redis', 'a full Redis', () => {
  const { stores, client } = onRedis();

  it('does not let the memory of the client grow', async () => {
    const { ledger } = stores();
    const claim = { counter: 'a', max: 10n, amount: 1n, resetsInMs: undefined, whenLapsed: 'spent' } as const;
    const expectRefusal = async (id: string): Promise<void> => {
      const why = await Promise.resolve(ledger.reserve(id, [claim], 30_000)).then(String, String);
      expect(why).toContain('OOM');
    };
    await ledger.counters('');
    await (client().client as Redis).config('SET', 'maxmemory', '1');
    for (let call = 0; call < 10; call++) await expectRefusal(`${call} first ${ID}`);
    const before = heapMiB();
    for (let call = 0; call < 120; call++) await expectRefusal(`${call} ${ID}`);
    expect(heapMiB() - before).toBeLessThan(15);
  }, 60_000);
});
