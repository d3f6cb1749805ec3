import { asNumber, isRecord } from '@majordomo/core/toolkit';

/** Costs in a vendor's usage. */
export interface RawCosts {
  readonly cost?: unknown;
  readonly cost_in_usd_ticks?: unknown;
  /** Whether OpenRouter used the caller's key of another vendor. Then `cost` is only OpenRouter's fee. */
  readonly is_byok?: unknown;
  readonly cost_details?: { readonly upstream_inference_cost?: unknown } | null;
}

/**
 * Returns the cost that the vendor reports, in nano-USD. Vendors report USD (a number or `total_cost`) or ticks of 10⁻¹⁰ USD. If
 * OpenRouter used the caller's key of another vendor, the cost includes that vendor's bill, and is unknown without it. Source:
 * openrouter.ai/docs/use-cases/usage-accounting and recordings of 2026, in which other responses repeat `cost` as that bill.
 */
export function reportedNanoUsd(raw: RawCosts): string | undefined {
  if (typeof raw.cost_in_usd_ticks === 'number') return String(Math.round(raw.cost_in_usd_ticks / 10));
  const cost = asNumber(isRecord(raw.cost) ? raw.cost['total_cost'] : raw.cost);
  const upstream = raw.is_byok === true ? asNumber(raw.cost_details?.upstream_inference_cost) : 0;
  return cost === undefined || upstream === undefined
    ? undefined
    : String(Math.round((cost + upstream) * 1e9));
}
