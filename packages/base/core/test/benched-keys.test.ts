import { describe, expect, it } from 'vitest';
import { type CallEvent, type CallOptions, type Recovery } from '../src/index.ts';
import { settled } from './support/manual-clock.ts';
import { type Script, type Turn, withKey } from './support/scripted.ts';
import { hi, world } from './support/world.ts';

const limited = (retryAfterMs: number, waitMs?: number): Turn => ({
  fail: 'rate-limit',
  details: { retryAfterMs },
  ...(waitMs !== undefined && { waitMs }),
});
const down = (retryAfterMs: number, waitMs?: number): Turn => ({
  ...limited(retryAfterMs, waitMs),
  fail: 'server',
});

/** Returns a listener, and the waits before retries that it has received, by target. */
function retries(): { readonly onEvent: (event: CallEvent) => void; readonly waits: unknown[] } {
  const waits: unknown[] = [];
  const onEvent = (event: CallEvent): void => {
    if (event.type === 'attempt-failed') waits.push([event.target, event.willRetryInMs]);
  };
  return { onEvent, waits };
}

describe.each([
  ['a key', limited],
  ['a target', down],
])('parallel calls after failures of %s', (_, failed) => {
  it('advance at once if another call has benched it, and wait only for a bench of their own', async () => {
    const script = Array.from({ length: 10 }, (_turn, at) => withKey(failed(2000, at)));
    const { majordomo, clock, requestCounts } = world({ 'a/x': script, 'b/y': ['b'] });
    const start = clock.now();
    const ends: unknown[] = [];
    for (let n = 0; n < 10; n++) {
      void majordomo
        .model('a/x,b/y')
        .generate(hi)
        .then(({ attempts }) =>
          ends.push([clock.now() - start, attempts.map(({ outcome }) => outcome).join()]),
        );
    }
    await clock.advance(3000);
    expect(ends).toHaveLength(10);
    // The first failure is not a bench. Its call waits until the second failure benches the key or target.
    const early = ends.slice(0, 9);
    expect(early).toContainEqual([1, 'failed,skipped,finished']);
    expect(early.filter((end) => String(end).endsWith(',failed,finished'))).toHaveLength(8);
    expect(Math.max(...early.map((end) => (end as [number])[0]))).toBe(9);
    // The second failure benches it. Its call may retry despite its own bench.
    expect(ends[9]).toEqual([2010, 'failed,failed,finished']);
    expect(requestCounts.get('a/x')).toBe(11);
  });

  it('keep waiting for the last target, because no other target can be called', async () => {
    const script = [failed(2000), failed(2000, 1), 'ok'].map((turn) => withKey(turn));
    const { majordomo, clock } = world({ 'a/x': script }, { health: { cooldownMs: 500 } });
    const first = majordomo.model('a/x').generate(hi);
    void majordomo
      .model('a/x')
      .generate(hi, { attempts: 1 })
      .catch(() => undefined);
    await clock.advance(1999);
    let isOver = false;
    void first.catch(() => undefined).finally(() => (isOver = true));
    await settled();
    expect(isOver).toBe(false);
    await clock.advance(1);
    await first.catch(() => undefined);
  });
});

describe('a probe of a key', () => {
  it('is one request, whatever the Retry-After of its failure is', async () => {
    const script = [withKey(limited(21_000)), withKey(limited(9000))];
    const { majordomo, clock, requestCounts } = world({ 'a/x': script, 'b/y': ['b'] });
    const model = majordomo.model('a/x,b/y');
    await model.generate(hi);
    await clock.advance(21_000);
    const { onEvent, waits } = retries();
    const { attempts } = await model.generate(hi, { onEvent });
    expect(attempts.map(({ target, outcome }) => `${target} ${outcome}`)).toEqual([
      'a/x failed',
      'b/y finished',
    ]);
    expect([waits, requestCounts.get('a/x')]).toEqual([[['a/x', undefined]], 2]);
  });

  it.each<[string, Turn, Turn]>([
    ['of a key is not retried if the failure concerns the target', limited(21_000), down(0)],
    ['of a target is not retried if the failure concerns the key', down(21_000), limited(0)],
  ])('%s', async (_, first, second) => {
    const { majordomo, clock, requestCounts } = world({
      'a/x': [withKey(first), withKey(second), withKey('not sent')],
      'b/y': ['b'],
    });
    const model = majordomo.model('a/x,b/y');
    await model.generate(hi);
    await clock.advance(21_000);
    expect((await model.generate(hi, { attempts: 5 })).target).toBe('b/y');
    expect(requestCounts.get('a/x')).toBe(2);
  });

  it('ends with the first content, so that a later failure is retried', async () => {
    const script = [limited(21_000), { text: 'half', fail: 'server' } as const, 'all'];
    const { majordomo, clock } = world({ 'a/x': script.map((turn) => withKey(turn)), 'b/y': ['b'] });
    const model = majordomo.model('a/x,b/y');
    await model.generate(hi);
    await clock.advance(21_000);
    expect((await model.generate(hi)).text).toBe('all');
  });
});

describe('an attempt with a benched key', () => {
  it('does not use up an attempt', async () => {
    const script = [limited(30_000), 'not sent', { text: 'half', fail: 'server' } as const, 'all'];
    const { majordomo, requestCounts } = world({ 'a/x': script.map((turn) => withKey(turn)) });
    const model = majordomo.model('a/x');
    await model.generate(hi).catch(() => undefined);
    // The key is benched, so the call first sends nothing, and then probes early. The probe commits and breaks.
    expect((await model.generate(hi, { attempts: 2 })).text).toBe('all');
    expect(requestCounts.get('a/x')).toBe(4);
  });

  it('is not begun a second time in the same call, and names the key', async () => {
    const script = [limited(2000), limited(2000, 1)].map((turn) => withKey(turn));
    const { majordomo, clock } = world({ 'a/x': script, 'b/y': ['b'] });
    const model = majordomo.model('a/x,b/y');
    const first = model.generate(hi);
    void model.generate(hi);
    await clock.advance(1);
    const { attempts } = await first;
    expect(attempts[1]?.error).toMatchObject({
      kind: 'rate-limit',
      message: expect.stringContaining('a/x, with this credential, is benched until') as string,
      details: { code: 'credential-benched' },
    });
    await clock.advance(3000);
  });
});

it('a recovery with another key is used although another call has benched the first key', async () => {
  const recover: Recovery = {
    id: 'key k1',
    what: 'sent with key k2',
    changesCredential: true,
    apply: (request) => request,
  };
  const options: CallOptions = { attempts: 5 };
  const rotating: Script = (_request, { credential, recoveries = [] }) => {
    const key = recoveries.length > 0 ? 'k2' : 'k1';
    credential?.(key);
    if (key === 'k2') return 'second key';
    return { fail: 'rate-limit', waitMs: 5, details: { retryAfterMs: 30_000, recover } };
  };
  const { majordomo, clock } = world({
    'a/x': [rotating, withKey({ fail: 'quota', waitMs: 1 }), rotating],
    'b/y': ['b'],
  });
  const first = majordomo.model('a/x,b/y').generate(hi, options);
  const second = majordomo.model('a/x,b/y').generate(hi, options);
  await clock.advance(10);
  expect([(await first).text, (await second).text]).toEqual(['second key', 'b']);
});
