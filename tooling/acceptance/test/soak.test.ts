import { createMajordomo, user, type CallEvent } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { HealthAudit, THRESHOLD } from '../soak/health-audit.ts';
import { slopeOf, type Sample } from '../soak/slope.ts';

/** A journal in which the first target is benched, probed without success, benched again, and recovers. */
async function journal(): Promise<readonly CallEvent[]> {
  const events: CallEvent[] = [];
  const fails: Turn = { fail: 'overloaded' };
  const first = fakeProvider({ id: 'first', models: { x: [fails, fails, fails, 'Hello.', 'Again.'] } });
  const second = fakeProvider({ id: 'second', models: { y: ['one', 'two', 'three'] } });
  let now = 0;
  const clock = {
    now: () => now,
    timer: () => () => undefined,
    sleep: () => Promise.resolve(),
  };
  const majordomo = createMajordomo({
    providers: [first, second],
    clock,
    health: { threshold: THRESHOLD, cooldownMs: 1000 },
    onEvent: (event) => events.push(event),
  });
  for (const at of [0, 500, 1500, 5000, 5001]) {
    now = at;
    await majordomo.model('first/x,second/y').generate({ messages: [user('hi')] });
  }
  return events;
}

function findingsIn(events: readonly CallEvent[]): readonly string[] {
  const audit = new HealthAudit();
  for (const event of events) audit.see(event);
  return audit.findings;
}

const isOn =
  (type: CallEvent['type'], target = 'first/x') =>
  (event: CallEvent): boolean =>
    event.type === type && (!('target' in event) || event.target === target);

describe("the soak's audit of health", () => {
  it('reports nothing for a journal of benches, probes and recoveries', async () => {
    const events = await journal();
    expect(events.filter(isOn('benched'))).toHaveLength(2);
    expect(events.filter(isOn('probed'))).toHaveLength(2);
    expect(events.filter(isOn('target-skipped'))).toHaveLength(1);
    expect(findingsIn(events)).toEqual([]);
  });

  it('reports a bench without the required number of failures', async () => {
    const events = await journal();
    const failure = events.findIndex(({ type }) => type === 'attempt-end');
    expect(findingsIn(events.toSpliced(failure, 1))[0]).toBe('first/x was benched without a run of failures');
  });

  it('reports failures without a bench', async () => {
    const events = await journal();
    expect(findingsIn(events.toSpliced(events.findIndex(isOn('benched')), 1))[0]).toBe(
      'first/x was not benched by its run of failures',
    );
  });

  it('reports a skip of a healthy target', async () => {
    const events = await journal();
    const skip = events.find(isOn('target-skipped'));
    expect(findingsIn(skip === undefined ? [] : [skip])).toEqual([
      'first/x was skipped as benched and was not',
    ]);
  });
});

describe('a slope', () => {
  const samples = (noise: number): Sample[] =>
    Array.from({ length: 90 }, (_, n) => ({
      seconds: 30 + n,
      calls: n,
      bytes: 1000 + 2 * n + (n % 2) * noise,
    }));

  it('is the rise per minute of the least-squares line', () => {
    expect(slopeOf(samples(0))).toEqual({
      perMinute: expect.closeTo(120) as number,
      error: expect.closeTo(0) as number,
    });
    expect(slopeOf(samples(10))?.perMinute).toBeCloseTo(120, 0);
  });

  it('has a larger error for noisy samples', () => {
    expect(slopeOf(samples(1000))?.error).toBeGreaterThan(50);
  });

  it('is undefined for two samples', () => {
    expect(slopeOf(samples(0).slice(0, 2))).toBeUndefined();
  });
});
