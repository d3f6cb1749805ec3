import { describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import type { TargetHealth } from '../types/health.ts';
import { parseHealthMessage, parseStoredVerdict, verdictOf } from './health-message.ts';

const clock = manualClock(1000);
const benched: TargetHealth = { state: 'benched', failures: 0, benches: 2, until: 1500.5 };

describe('a verdict for other processes', () => {
  it.each<[string, TargetHealth, ReturnType<typeof verdictOf>]>([
    ['is not sent for a probe', { ...benched, state: 'probing' }, undefined],
    ['has the rounded remaining time of a bench', benched, { state: 'benched', benches: 2, forMs: 501 }],
    [
      'contains a manual bench',
      { ...benched, isByHand: true },
      { state: 'benched', benches: 2, forMs: 501, isByHand: true },
    ],
    [
      'is sent for the last millisecond of a bench',
      { ...benched, until: 1000.5 },
      { state: 'benched', benches: 2, forMs: 1 },
    ],
    ['is not sent for a bench that has ended', { ...benched, until: 1000 }, undefined],
    ['is not sent for a bench without an end', { ...benched, until: undefined }, undefined],
    [
      'contains a healthy target',
      { state: 'healthy', failures: 0, benches: 0, until: undefined },
      { state: 'healthy' },
    ],
    [
      'contains a manual recovery',
      { state: 'healthy', failures: 0, benches: 0, until: undefined, isByHand: true },
      { state: 'healthy', isByHand: true },
    ],
  ])('%s', (_, health, verdict) => {
    expect(verdictOf(health, clock)).toEqual(verdict);
  });
});

const valid = { from: 'p', target: 'a/x', verdict: { state: 'benched', benches: 1, forMs: 5 } };

describe('a message of another process', () => {
  it.each<[string, unknown]>([
    ['a bench', valid],
    ['a manual bench', { ...valid, verdict: { ...valid.verdict, isByHand: true } }],
    ['a bench without time', { ...valid, verdict: { state: 'benched', benches: 0, forMs: 0 } }],
    ['a healthy target', { ...valid, verdict: { state: 'healthy' } }],
    ['a manual recovery', { ...valid, verdict: { state: 'healthy', isByHand: true } }],
  ])('is read: %s', (_, message) => {
    expect(parseHealthMessage(JSON.stringify(message))).toEqual(message);
  });

  it('is read without its unknown members', () => {
    const verdict = { ...valid.verdict, isByHand: 'yes', other: 1 };
    expect(parseHealthMessage(JSON.stringify({ ...valid, verdict, other: 1 }))).toEqual(valid);
  });

  it.each<[string, string]>([
    ['no JSON', '{'],
    ['null', 'null'],
    ['a number', '1'],
    ['an array', '[]'],
    ['no sender', JSON.stringify({ ...valid, from: undefined })],
    ['no target', JSON.stringify({ ...valid, target: 1 })],
    ['no verdict', JSON.stringify({ ...valid, verdict: undefined })],
    ['null as the verdict', JSON.stringify({ ...valid, verdict: null })],
    ['another state', JSON.stringify({ ...valid, verdict: { ...valid.verdict, state: 'probing' } })],
    ['a negative count', JSON.stringify({ ...valid, verdict: { ...valid.verdict, benches: -1 } })],
    ['no count', JSON.stringify({ ...valid, verdict: { ...valid.verdict, benches: '1' } })],
    ['a negative time', JSON.stringify({ ...valid, verdict: { ...valid.verdict, forMs: -1 } })],
    ['an infinite time', JSON.stringify(valid).replace('"forMs":5', '"forMs":1e999')],
  ])('is ignored: %s', (_, message) => {
    expect(parseHealthMessage(message)).toBeUndefined();
  });
});

describe('a stored verdict', () => {
  it('has the remaining time that the store reports', () => {
    expect(parseStoredVerdict('{"state":"benched","benches":3,"forMs":99}', 7)).toEqual({
      state: 'benched',
      benches: 3,
      forMs: 7,
    });
  });

  it.each(['{', '1', '"text"', 'null', '{"state":"benched"}'])('is ignored if it is invalid: %s', (json) => {
    expect(parseStoredVerdict(json, 7)).toBeUndefined();
  });
});
