import { describe, expect, it } from 'vitest';
import type { FeedResolvedSpec } from '../src/feed-types.ts';
import { createTestInspector } from './support/world.ts';

describe('benches', () => {
  it('are set for a duration, without an end or for a provider, and are released', async () => {
    const { post, majordomo, clock } = createTestInspector();
    expect((await post('/steer', { target: 'head/x', ms: 60_000 })).status).toBe(200);
    expect(majordomo.health.snapshot()['head/x']).toMatchObject({
      state: 'benched',
      until: clock.now() + 60_000,
    });
    await post('/steer', { target: 'head/x', ms: null });
    expect(majordomo.health.snapshot()['head/x']!.until).toBeGreaterThan(clock.now() + 1e14);
    await post('/steer', { target: 'head/x' });
    expect(majordomo.health.snapshot()['head/x']?.state ?? 'healthy').toBe('healthy');
    expect((await post('/steer', { target: 'head/', ms: 1000 })).status).toBe(200);
  });

  it.each<[unknown, number]>([
    [{}, 400],
    [{ target: 7 }, 400],
    [{ target: 'head' }, 400],
    [{ target: 'head/x,tail/y', ms: 1 }, 400],
    [{ target: 'head/x', ms: 0 }, 400],
    [{ target: 'head/x', ms: -5 }, 400],
    [{ target: 'head/x', ms: '60' }, 400],
    [{ target: 'head/x', ms: 1e12 }, 400],
    [[], 400],
    [null, 400],
    ['x'.repeat(3000), 413],
  ])('refuses %j', async (body, status) => {
    const { post, majordomo } = createTestInspector();
    expect((await post('/steer', body)).status).toBe(status);
    expect(majordomo.health.snapshot()).toEqual({});
  });

  it.each(['PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses the method %s', async (method) => {
    const { inspector } = createTestInspector();
    const request = new Request('http://127.0.0.1/inspector', { method });
    expect((await inspector.fetch(request, { admin: true })).status).toBe(405);
  });
});

describe('the meaning of a spec', () => {
  const plan = {
    chain: 'head/x',
    reason: 'ranked',
    candidates: [{ target: 'head/x', score: 0.5, parts: { cost: 0.5 }, estimateNanoUsd: 12n }],
    rejected: [{ target: 'tail/y', why: 'no tools' }],
    warnings: [],
  };
  const router = { names: () => ['fast'], plan: () => Promise.resolve(plan) };

  it('contains its targets in order, with their health', async () => {
    const { json, majordomo } = createTestInspector({ head: { x: [] }, tail: { y: [] } });
    majordomo.health.bench('tail/y', 5000);
    const { targets, plan: missingPlan } = await json<FeedResolvedSpec>('/meaning?spec=head/x,tail/y');
    expect(targets.map(({ target, health }) => [target, health?.state])).toEqual([
      ['head/x', undefined],
      ['tail/y', 'benched'],
    ]);
    expect(missingPlan).toBeUndefined();
  });

  it('contains the plan of a router for its names', async () => {
    const testInspector = createTestInspector({ head: { x: [] } }, { router });
    testInspector.root.alias('fast', 'head/x');
    const { plan: routerPlan } = await testInspector.json<FeedResolvedSpec>('/meaning?spec=fast');
    expect(routerPlan).toMatchObject({
      reason: 'ranked',
      candidates: [{ estimateNanoUsd: '12' }],
    });
  });

  it.each(['', 'head/x,,tail/y', 'nobody/x', 'no-such-name'])(
    'is 422 with a message for the invalid spec %j',
    async (spec) => {
      const response = await createTestInspector().get(`/meaning?spec=${spec}`);
      expect(response.status).toBe(422);
      expect(await response.json()).toEqual({ error: expect.stringMatching(/\w/) });
    },
  );
});
