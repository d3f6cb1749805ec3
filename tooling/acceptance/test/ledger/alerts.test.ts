import { memoryStore, type Alert, type Limit } from '@majordomo/ledger';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { NOON, said, world } from '../../src/ledger/world.ts';

const HOUR = 3_600_000;
const limit = (of: Partial<Limit> = {}): Limit => ({ name: 'm', max: { requests: 10 }, per: 'month', ...of });
const turns = (count: number) => Array.from({ length: count }, () => said(1, 1));
const shares = (alerts: readonly Alert[]) =>
  alerts
    .filter(({ type }) => type === 'threshold')
    .map((alert) => (alert.type === 'threshold' ? alert.share : 0));

describe('thresholds', () => {
  it('are told once on the way up, with the state', async () => {
    const { ask, alerts } = world(turns(10), { limits: [limit()] });
    for (let call = 0; call < 10; call++) await ask();
    expect(shares(alerts)).toEqual([0.8, 0.9, 0.95]);
    expect(alerts[0]).toMatchObject({ state: { key: '', used: 8n, left: 2n, limit: { name: 'm' } } });
    expect(alerts.at(-1)).toMatchObject({ type: 'spent', state: { used: 10n } });
  });

  it('are armed anew by a new period', async () => {
    const { ask, alerts, clock } = world(turns(4), {
      limits: [limit({ max: { requests: 2 }, per: 'hour', alertAt: [0.5] })],
    });
    await ask();
    await ask();
    await clock.advance(HOUR);
    await ask();
    expect(shares(alerts)).toEqual([0.5, 0.5]);
  });

  it('are told of each counter by itself', async () => {
    const { ask, alerts } = world(turns(4), {
      limits: [limit({ max: { requests: 2 }, each: ['tenant'], alertAt: [1] })],
    });
    for (const tenant of ['a', 'a', 'b', 'b']) await ask({ tenant });
    expect(alerts.flatMap((alert) => (alert.type === 'threshold' ? [alert.state.key] : []))).toEqual([
      'tenant=a',
      'tenant=b',
    ]);
  });

  it('are told once over all processes of a store', async () => {
    const clock = fakeClock(NOON);
    const store = memoryStore({ clock });
    const worlds = [1, 2, 3].map(() => world(turns(9), { limits: [limit()], store }, {}, clock));
    for (let call = 0; call < 9; call++) await worlds[call % 3]!.ask();
    expect(shares(worlds.flatMap(({ alerts }) => alerts))).toEqual([0.8, 0.9]);
  });

  it('that fail to be listened to change nothing', async () => {
    const { ask } = world(turns(2), {
      limits: [limit({ max: { requests: 1 } })],
      onAlert: () => {
        throw new Error('no mail server');
      },
      onRecord: () => {
        throw new Error('no telemetry');
      },
    });
    expect(await ask()).toBe('yes');
  });
});

describe('when a limit will be empty', () => {
  it('is not told of fewer than five samples', async () => {
    const { ask, clock, ledger } = world(turns(5), { limits: [limit({ max: { requests: 100 } })] });
    for (let call = 0; call < 4; call++) {
      await ask();
      await clock.advance(HOUR);
    }
    expect((await ledger.state())[0]?.emptyAt).toBeUndefined();
    await ask();
    expect((await ledger.state())[0]?.emptyAt).toBeDefined();
  });

  it('is not told within an hour of the first call, and told later if it is true', async () => {
    const { ask, clock, ledger, alerts } = world(turns(50), { limits: [limit({ max: { requests: 100 } })] });
    const types = (): readonly string[] => alerts.map(({ type }) => type);
    for (let call = 0; call < 20; call++) await ask();
    await clock.advance(HOUR - 1);
    await ask();
    expect([types(), (await ledger.state())[0]?.emptyAt]).toEqual([[], undefined]);
    await clock.advance(1);
    await ask();
    expect(types()).toEqual(['running-out']);
  });

  it('goes by the rate since it began, while that is less than a day ago', async () => {
    const { ask, clock, ledger } = world(turns(6), { limits: [limit({ max: { requests: 12 } })] });
    for (let call = 0; call < 6; call++) {
      await ask();
      await clock.advance(HOUR);
    }
    // Six in six hours: six more in six hours.
    expect((await ledger.state())[0]?.emptyAt).toBe(clock.now() + 6 * HOUR);
  });

  it('goes by the last 24 hours later on', async () => {
    const { ask, clock, ledger } = world(turns(100), { limits: [limit({ max: { requests: 1000 } })] });
    for (let call = 0; call < 90; call++) await ask();
    await clock.advance(30 * HOUR);
    for (let call = 0; call < 6; call++) {
      await ask();
      await clock.advance(4 * HOUR);
    }
    const { left, emptyAt } = (await ledger.state())[0]!;
    expect([left, emptyAt]).toEqual([904n, clock.now() + (904 / 5) * 20 * HOUR]);
  });

  it('is told before it happens: seven, three and one days ahead, each once', async () => {
    const { ask, clock, alerts } = world(turns(200), {
      limits: [limit({ max: { requests: 200 }, per: 'ever', alertAt: [] })],
    });
    for (let call = 0; call < 199; call++) {
      await ask();
      await clock.advance(HOUR);
    }
    expect(alerts.flatMap((alert) => (alert.type === 'running-out' ? [alert.days] : []))).toEqual([7, 3, 1]);
  });

  it('is not told when it begins anew before', async () => {
    const { ask, clock, alerts } = world(turns(10), {
      limits: [limit({ max: { requests: 100 }, per: 'day', alertAt: [] })],
    });
    for (let call = 0; call < 10; call++) {
      await ask();
      await clock.advance(HOUR);
    }
    expect(alerts).toEqual([]);
  });
});
