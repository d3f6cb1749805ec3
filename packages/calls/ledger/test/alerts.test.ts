import { memoryStore, type Alert, type Limit } from '../src/index.ts';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { NOON, ledgerFixture, reply } from './support/fixture.ts';

const HOUR = 3_600_000;
const limit = (of: Partial<Limit> = {}): Limit => ({ name: 'm', max: { requests: 10 }, per: 'month', ...of });
const turns = (count: number) => Array.from({ length: count }, () => reply(1, 1));
const shares = (alerts: readonly Alert[]) =>
  alerts
    .filter(({ type }) => type === 'threshold')
    .map((alert) => (alert.type === 'threshold' ? alert.share : 0));

describe('thresholds', () => {
  it('are emitted once as usage grows, with the state', async () => {
    const { callModel, alerts } = ledgerFixture(turns(10), { limits: [limit()] });
    for (let call = 0; call < 10; call++) await callModel();
    expect(shares(alerts)).toEqual([0.8, 0.9, 0.95]);
    expect(alerts[0]).toMatchObject({ state: { key: '', used: 8n, left: 2n, limit: { name: 'm' } } });
    expect(alerts.at(-1)).toMatchObject({ type: 'spent', state: { used: 10n } });
  });

  it('are emitted again in a new period', async () => {
    const { callModel, alerts, clock } = ledgerFixture(turns(4), {
      limits: [limit({ max: { requests: 2 }, per: 'hour', alertAt: [0.5] })],
    });
    await callModel();
    await callModel();
    await clock.advance(HOUR);
    await callModel();
    expect(shares(alerts)).toEqual([0.5, 0.5]);
  });

  it('are emitted for each counter separately', async () => {
    const { callModel, alerts } = ledgerFixture(turns(4), {
      limits: [limit({ max: { requests: 2 }, each: ['tenant'], alertAt: [1] })],
    });
    for (const tenant of ['a', 'a', 'b', 'b']) await callModel({ tenant });
    expect(alerts.flatMap((alert) => (alert.type === 'threshold' ? [alert.state.key] : []))).toEqual([
      'tenant=a',
      'tenant=b',
    ]);
  });

  it('are emitted once over all processes of a store', async () => {
    const clock = fakeClock(NOON);
    const store = memoryStore({ clock });
    const processes = [1, 2, 3].map(() => ledgerFixture(turns(9), { limits: [limit()], store }, {}, clock));
    for (let call = 0; call < 9; call++) await processes[call % 3]!.callModel();
    expect(shares(processes.flatMap(({ alerts }) => alerts))).toEqual([0.8, 0.9]);
  });

  it('do not affect calls if their listener throws', async () => {
    const { callModel } = ledgerFixture(turns(2), {
      limits: [limit({ max: { requests: 1 } })],
      onAlert: () => {
        throw new Error('no mail server');
      },
      onRecord: () => {
        throw new Error('no telemetry');
      },
    });
    expect(await callModel()).toBe('yes');
  });
});

describe('the time at which a limit will be spent', () => {
  it('follows the last 24 hours later', async () => {
    const { callModel, clock, ledger } = ledgerFixture(turns(100), {
      limits: [limit({ max: { requests: 1000 } })],
    });
    for (let call = 0; call < 90; call++) await callModel();
    await clock.advance(30 * HOUR);
    for (let call = 0; call < 6; call++) {
      await callModel();
      await clock.advance(4 * HOUR);
    }
    const { left, emptyAt } = (await ledger.state())[0]!;
    expect([left, emptyAt]).toEqual([904n, clock.now() + (904 / 5) * 20 * HOUR]);
  });

  it('is emitted seven, three and one days ahead, each once', async () => {
    const { callModel, clock, alerts } = ledgerFixture(turns(200), {
      limits: [limit({ max: { requests: 200 }, per: 'ever', alertAt: [] })],
    });
    for (let call = 0; call < 199; call++) {
      await callModel();
      await clock.advance(HOUR);
    }
    expect(alerts.flatMap((alert) => (alert.type === 'running-out' ? [alert.days] : []))).toEqual([7, 3, 1]);
  });
});
