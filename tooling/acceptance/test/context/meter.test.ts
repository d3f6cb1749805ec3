import { tokenMeter } from '@majordomo/context';
import { hasRecordings, sequences, skippedNote } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { meteredRequest, reportedUsage } from '../../src/context/recorded-request.ts';

/** Relative error of an estimate, as a share of the vendor's count. */
interface EstimateError {
  readonly id: string;
  readonly anchored: boolean;
  readonly share: number;
}

/** Estimates every step from the usage of the preceding steps. */
function estimateErrors(): readonly EstimateError[] {
  return sequences().flatMap(({ steps, vendor }) => {
    const meter = tokenMeter();
    return steps.flatMap((step): readonly EstimateError[] => {
      const usage = reportedUsage(step);
      if (step.request === undefined || usage?.input === undefined) return [];
      const request = meteredRequest(step);
      const { tokens, anchored } = meter.estimate(request, `${vendor}/m`);
      meter.observe(request, usage, `${vendor}/m`);
      return [{ id: step.id, anchored, share: Math.abs(tokens / usage.input - 1) }];
    });
  });
}

const quantile = (values: readonly number[], at: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(at * (values.length - 1))] ?? Number.NaN;

describe.skipIf(!hasRecordings)(`recorded sessions${skippedNote}`, () => {
  it('are estimated within 6 % at the median and 40 % at the 90th percentile if the preceding step has usage', () => {
    const shares = estimateErrors()
      .filter(({ anchored }) => anchored)
      .map(({ share }) => share);
    expect(shares.length).toBeGreaterThan(90);
    expect(quantile(shares, 0.5)).toBeLessThanOrEqual(0.06);
    expect(quantile(shares, 0.9)).toBeLessThanOrEqual(0.4);
  });
});
