import { describe, expect, it } from 'vitest';
import { manualClock, settled } from '../../test/support/manual-clock.ts';
import type { TargetHealth } from '../types/health.ts';
import { HealthSharing, type HealthBus } from './health-sharing.ts';

const T = 'a/x';
const bench = { state: 'benched', benches: 1, forMs: 5000 } as const;
const benched: TargetHealth = { state: 'benched', failures: 0, benches: 1, until: 1_005_000 };
const healthy: TargetHealth = { state: 'healthy', failures: 0, benches: 0, until: undefined, isByHand: true };
const stored = (verdict: object) => ({ target: T, verdict: JSON.stringify(verdict), leftMs: 4000 });

function setUp(bus: Partial<HealthBus> = {}) {
  const clock = manualClock();
  const published: unknown[] = [];
  const accepted: unknown[] = [];
  const sharing = new HealthSharing(
    { clock, publish: async (entry) => published.push(entry), read: async () => [], ...bus },
    { accept: (target, { state }) => accepted.push(`${target} ${state}`) },
  );
  /** Delivers a verdict of another process, or of the process `from`. */
  const receive = (verdict: object, from: unknown = 'other'): void =>
    sharing.onMessage(JSON.stringify({ from, target: T, verdict }));
  return { clock, sharing, published, accepted, receive };
}

describe('a change of this process', () => {
  it('is stored for the time of the bench, and a recovery for a day', async () => {
    const { sharing, published } = setUp();
    sharing.publish(T, benched, 'local');
    sharing.publish(T, healthy, 'local');
    sharing.publish(T, { ...benched, state: 'probing' }, 'local');
    sharing.publish(T, benched, 'accepted');
    await settled();
    expect(published).toMatchObject([
      { target: T, verdict: JSON.stringify(bench), keepMs: 5000 },
      { target: T, verdict: '{"state":"healthy","isByHand":true}', keepMs: 86_400_000 },
    ]);
  });

  it('is sent after the previous one, also if that fails, and before missed verdicts are read', async () => {
    const steps: string[] = [];
    const { sharing } = setUp({
      publish: async ({ target }) => {
        await settled();
        steps.push(target);
        throw new Error('down');
      },
      read: async () => (steps.push('read'), []),
    });
    for (const target of ['a/x', 'a/y']) sharing.publish(target, benched, 'local');
    await sharing.catchUp();
    expect(steps).toEqual(['a/x', 'a/y', 'read']);
  });
});

describe('a message', () => {
  it('is ignored if it is invalid, of this process, or late', async () => {
    const { sharing, published, accepted, receive } = setUp();
    sharing.publish(T, benched, 'local');
    await settled();
    const [own] = published as { readonly message: string }[];
    sharing.onMessage(own?.message ?? '');
    sharing.onMessage('{');
    receive({ ...bench, forMs: -1 });
    receive(bench, 1);
    expect(accepted).toEqual([]);
    receive(bench);
    await sharing.end();
    receive({ state: 'healthy' });
    expect(accepted).toEqual([`${T} benched`]);
  });
});

it('the end of sharing waits until the messages of this process are sent', async () => {
  const { sharing, published } = setUp();
  for (const target of [T, 'a/y']) sharing.publish(target, benched, 'local');
  await sharing.end();
  expect(published).toHaveLength(2);
});

describe('a stored verdict', () => {
  it('is ignored if a message on its target arrives before the result of the read', async () => {
    const { sharing, accepted, receive } = setUp({
      read: async () => {
        receive({ state: 'healthy' });
        return [stored(bench), { ...stored(bench), target: 'a/y' }];
      },
    });
    await sharing.catchUp();
    expect(accepted).toEqual([`${T} healthy`, 'a/y benched']);
  });

  it('is ignored if this process changes its target before the result of the read', async () => {
    const { sharing, accepted } = setUp({ read: async () => [stored(bench)] });
    sharing.publish('a/y', benched, 'local');
    const caughtUp = sharing.catchUp();
    sharing.publish(T, healthy, 'local');
    await caughtUp;
    expect(accepted).toEqual([]);
  });

  it('of a recovery ends only a bench that is in the store', async () => {
    let isDown = true;
    const { sharing, accepted, receive } = setUp({
      publish: async () => isDown && Promise.reject(new Error('down')),
      read: async () => [stored({ state: 'healthy' })],
    });
    sharing.publish(T, benched, 'local');
    await sharing.catchUp();
    expect(accepted).toEqual([]);
    isDown = false;
    sharing.publish(T, benched, 'local');
    await sharing.catchUp();
    expect(accepted.splice(0)).toEqual([`${T} healthy`]);
    receive(bench);
    await sharing.catchUp();
    await sharing.catchUp();
    expect(accepted).toEqual([`${T} benched`, `${T} healthy`]);
  });

  it('is read again a second after a failure, until sharing ends', async () => {
    let reads = 0;
    const { sharing, clock, accepted } = setUp({
      read: async () => {
        if (reads++ !== 1) throw new Error('down');
        return [stored(bench), stored({ state: 'odd' })];
      },
    });
    await sharing.catchUp();
    await clock.advance(999);
    expect(reads).toBe(1);
    await clock.advance(1);
    expect([reads, accepted, clock.pending()]).toEqual([2, [`${T} benched`], 0]);
    await Promise.all([sharing.catchUp(), sharing.catchUp()]);
    expect([reads, clock.pending()]).toEqual([4, 1]);
    const later = sharing.catchUp();
    await sharing.end();
    await later;
    expect([reads, clock.pending()]).toEqual([4, 0]);
  });
});
