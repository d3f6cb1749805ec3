import { describe, expect, it } from 'vitest';
import { BurnRate, emptyAt } from './burn-rate.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Returns a sample of the amount at each of these times. */
const samplesAt = (amount: bigint, ...times: readonly number[]) => times.map((at) => ({ at, amount }));

describe('the time at which a limit is spent', () => {
  const samples = samplesAt(2n, 0, 1, 2, 3, 4);

  it('extends the rate since the first sample', () => {
    // Ten were used in two hours, so five more last one hour.
    expect(emptyAt(samples, 5n, 2 * HOUR)).toBe(3 * HOUR);
    expect(emptyAt(samples, 0n, 2 * HOUR)).toBe(2 * HOUR);
    expect(emptyAt(samples, -1n, 2 * HOUR)).toBe(2 * HOUR);
  });

  it('is an integer number of milliseconds', () => {
    expect(emptyAt(samplesAt(3n, 0, 1, 2, 3, 4), 1n, HOUR)).toBe(HOUR + HOUR / 15);
    expect(emptyAt(samplesAt(7n, 0, 1, 2, 3, 4), 1n, HOUR)).toBe(HOUR + Math.round(HOUR / 35));
  });

  it.each([
    ['fewer than five samples', samplesAt(2n, 0, 1, 2, 3), 2 * HOUR],
    ['less than an hour of data', samples, HOUR - 1],
    ['samples without an amount', samplesAt(0n, 0, 1, 2, 3, 4), 2 * HOUR],
    ['no samples', [], 2 * HOUR],
  ])('is unknown with %s', (_, few, now) => {
    expect(emptyAt(few, 5n, now)).toBeUndefined();
  });

  it('is known with an hour of data', () => {
    expect(emptyAt(samples, 10n, HOUR)).toBe(2 * HOUR);
  });

  it('counts merged samples by their number', () => {
    expect(emptyAt([{ at: 0, amount: 10n, count: 5 }], 10n, HOUR)).toBe(2 * HOUR);
    expect(emptyAt([{ at: 0, amount: 10n, count: 4 }], 10n, HOUR)).toBeUndefined();
  });

  it('ignores samples of 24 hours ago and before', () => {
    const old = { at: 0, amount: 1_000_000n };
    expect(emptyAt([old, ...samplesAt(2n, 1, 2, 3, 4, 5)], 10n, DAY)).toBe(2 * DAY - 1);
  });
});

describe('a burn rate', () => {
  it('counts the amount of this process first, and then the growth of the counter by all processes', () => {
    const rate = new BurnRate();
    // The first 95 were used before the first sample.
    for (const [at, used, own] of [
      [0, 100n, 5n],
      [1, 110n, 5n],
      [2, 115n, 5n],
      [3, 120n, 5n],
      [4, 125n, 5n],
    ] as const)
      rate.addSample(used, own, at);
    expect(rate.emptyAt(30n, HOUR)).toBe(2 * HOUR);
  });

  it('restarts when the counter restarts', () => {
    const rate = new BurnRate();
    for (let at = 0; at < 5; at++) rate.addSample(BigInt(at + 100), 1n, at);
    for (let at = 0; at < 4; at++) rate.addSample(BigInt(at + 1), 1n, DAY + at);
    expect(rate.emptyAt(5n, DAY + HOUR)).toBeUndefined();
    rate.addSample(5n, 1n, DAY + 4);
    expect(rate.emptyAt(5n, DAY + HOUR)).toBe(DAY + 2 * HOUR);
  });

  it('continues when a booking adds nothing', () => {
    const rate = new BurnRate();
    for (let at = 0; at < 5; at++) rate.addSample(BigInt(at + 1), 1n, at);
    rate.addSample(5n, 0n, 5);
    expect(rate.emptyAt(5n, HOUR)).toBe(2 * HOUR);
  });

  it('counts an amount that was used before the counter was first read in the new period', () => {
    const rate = new BurnRate();
    rate.addSample(100n, 1n, 0);
    for (const [at, used] of [3n, 4n, 5n, 6n, 7n].entries()) rate.addSample(used, 1n, DAY + at);
    // Seven were used, including the two of other processes.
    expect(rate.emptyAt(7n, DAY + HOUR)).toBe(DAY + 2 * HOUR);
  });

  it('merges samples within five minutes after the first six', () => {
    const rate = new BurnRate();
    const MINUTE = 60_000;
    let used = 0n;
    const add = (at: number): void => rate.addSample((used += 1n), 1n, at);
    for (let minute = 0; minute < 6; minute++) add(minute * MINUTE);
    // These are merged with the sample at 5 minutes, and are forgotten with it.
    for (const minute of [6, 7, 9.9]) add(minute * MINUTE);
    add(10 * MINUTE);
    for (let sample = 0; sample < 4; sample++) add(12 * HOUR + sample * 5 * MINUTE);
    const atSixMinutes = DAY + 6 * MINUTE;
    // Only the samples at 10 minutes and later remain.
    expect(rate.emptyAt(5n, atSixMinutes)).toBe(atSixMinutes + (DAY - 4 * MINUTE));
    const atFourMinutes = DAY + 4 * MINUTE;
    // The four at 5 minutes remain too.
    expect(rate.emptyAt(9n, atFourMinutes)).toBe(atFourMinutes + (DAY - MINUTE));
  });

  it('counts merged samples by their number', () => {
    const rate = new BurnRate();
    for (let used = 1; used <= 5; used++) rate.addSample(BigInt(used), 1n, 0);
    for (let used = 6; used <= 10; used++) rate.addSample(BigInt(used), 1n, HOUR);
    // Only the five at one hour remain.
    expect(rate.emptyAt(5n, DAY)).toBe(DAY + 23 * HOUR);
  });

  it('remembers the amounts of 24 hours', () => {
    const rate = new BurnRate();
    for (let hour = 0; hour <= 100; hour++) rate.addSample(BigInt(hour + 1), 1n, hour * HOUR);
    // There are 24 samples in 23 hours.
    expect(rate.emptyAt(24n, 100 * HOUR)).toBe(123 * HOUR);
    expect((Reflect.get(rate, 'samples') as readonly unknown[]).length).toBe(24);
  });
});
