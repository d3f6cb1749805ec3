import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { ledgerFixture, reply } from './support/fixture.ts';

const turns = (count: number) => Array.from({ length: count }, () => reply(1, 1));

describe('faults of earlier systems', () => {
  it('alerts for a budget of one model', async () => {
    const { callModel, alerts } = ledgerFixture(turns(8), {
      limits: [{ name: 'x', max: { requests: 10 }, per: 'month', where: { target: ['acme/x'] } }],
    });
    for (let call = 0; call < 8; call++) await callModel();
    expect(alerts).toMatchObject([{ type: 'threshold', share: 0.8, state: { limit: { name: 'x' } } }]);
  });

  it('emits thresholds again after a limit was replaced', async () => {
    const limit = { name: 'x', max: { requests: 5 }, per: 'month', alertAt: [0.8] } as const;
    const { callModel, alerts, ledger } = ledgerFixture(turns(20), { limits: [limit] });
    for (let call = 0; call < 4; call++) await callModel();
    ledger.setLimit({ ...limit, max: { requests: 10 } });
    for (let call = 0; call < 4; call++) await callModel();
    ledger.setLimit({ ...limit, max: { requests: 10 } });
    await callModel();
    expect(alerts.map((alert) => alert.type === 'threshold' && alert.state.used)).toEqual([4n, 8n, 9n]);
  });

  it('divides the rate of a new ledger by its age', async () => {
    const { callModel, clock, ledger, alerts } = ledgerFixture(turns(20), {
      limits: [{ name: 'x', max: { requests: 20 }, per: 'ever', alertAt: [] }],
    });
    await callModel();
    expect(alerts).toEqual([]);
    for (let call = 0; call < 9; call++) {
      await clock.advance(600_000);
      await callModel();
    }
    // Ten in 90 minutes: ten more in 90.
    expect((await ledger.state())[0]?.emptyAt).toBe(clock.now() + 90 * 60_000);
  });

  it('does not bench a target after a denial of one tenant', async () => {
    const { callModel, majordomo } = ledgerFixture([...turns(2)], {
      limits: [{ name: 'x', max: { requests: 1 }, per: 'month', each: ['tenant'] }],
    });
    await callModel({ tenant: 'a' });
    for (let call = 0; call < 5; call++)
      await expect(callModel({ tenant: 'a' })).rejects.toSatisfy((error) => LlmError.is(error, 'denied'));
    expect(majordomo.health.snapshot()).toEqual({});
    expect(await callModel({ tenant: 'b' })).toBe('yes');
  });
});
