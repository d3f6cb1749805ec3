import { asNumber, isRecord } from '@majordomo/core/toolkit';

/** Returns the cost that the vendor reports, in nano-USD. Vendors report USD (a number or `total_cost`) or ticks of 10⁻¹⁰ USD. */
export function reportedNanoUsd(raw: {
  readonly cost?: unknown;
  readonly cost_in_usd_ticks?: unknown;
}): string | undefined {
  if (typeof raw.cost_in_usd_ticks === 'number') return String(Math.round(raw.cost_in_usd_ticks / 10));
  const cost = asNumber(isRecord(raw.cost) ? raw.cost['total_cost'] : raw.cost);
  return cost === undefined ? undefined : String(Math.round(cost * 1e9));
}
