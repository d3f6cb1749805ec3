import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { said, world } from '../../src/ledger/world.ts';

const turns = (count: number) => Array.from({ length: count }, () => said(1, 1));

describe('faults of the systems that came before', () => {
  it('budgets of a model were silent: ours tell', async () => {
    const { ask, alerts } = world(turns(8), {
      limits: [{ name: 'x', max: { requests: 10 }, per: 'month', where: { target: ['acme/x'] } }],
    });
    for (let call = 0; call < 8; call++) await ask();
    expect(alerts).toMatchObject([{ type: 'threshold', share: 0.8, state: { limit: { name: 'x' } } }]);
  });

  it('tiers that had fired never fired again after a raise: ours are armed anew', async () => {
    const limit = { name: 'x', max: { requests: 5 }, per: 'month', alertAt: [0.8] } as const;
    const { ask, alerts, ledger } = world(turns(20), { limits: [limit] });
    for (let call = 0; call < 4; call++) await ask();
    ledger.setLimit({ ...limit, max: { requests: 10 } });
    for (let call = 0; call < 4; call++) await ask();
    ledger.setLimit({ ...limit, max: { requests: 10 } });
    await ask();
    expect(alerts.map((alert) => alert.type === 'threshold' && alert.state.used)).toEqual([4n, 8n, 9n]);
  });

  it('the rate of a young ledger was divided by a whole day, and one call was a rate: ours is what it is', async () => {
    const { ask, clock, ledger, alerts } = world(turns(20), {
      limits: [{ name: 'x', max: { requests: 20 }, per: 'ever', alertAt: [] }],
    });
    await ask();
    expect(alerts).toEqual([]);
    for (let call = 0; call < 9; call++) {
      await clock.advance(600_000);
      await ask();
    }
    // Ten in 90 minutes: ten more in 90.
    expect((await ledger.state())[0]?.emptyAt).toBe(clock.now() + 90 * 60_000);
  });

  it('a denial of one tenant benched the provider for all: ours touches nobody else', async () => {
    const { ask, majordomo } = world([...turns(2)], {
      limits: [{ name: 'x', max: { requests: 1 }, per: 'month', each: ['tenant'] }],
    });
    await ask({ tenant: 'a' });
    for (let call = 0; call < 5; call++)
      await expect(ask({ tenant: 'a' })).rejects.toSatisfy((error) => LlmError.is(error, 'denied'));
    expect(majordomo.health.snapshot()).toEqual({});
    expect(await ask({ tenant: 'b' })).toBe('yes');
  });
});
