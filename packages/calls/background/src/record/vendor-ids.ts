import { asText, tryParseJson } from '@majordomo/core/toolkit';
import type { Setup } from '../setup.ts';

/** Space with the key of each job under its id at the vendor, so that a webhook reads one record however many jobs are open. */
const SPACE = 'background-vendor-ids';

/**
 * Stores the key of the job with this id until `expiresAt`, the limit of the job. Ignores a failure of the store: then the webhook of the
 * job is ignored, and the next look finds its end.
 */
export async function storeVendorId(
  vendorId: string,
  key: string,
  expiresAt: number,
  { records, clock }: Setup,
): Promise<void> {
  const keepMs = Math.max(1, expiresAt - clock.now());
  try {
    await records.write(SPACE, [{ type: 'put', key: vendorId, value: JSON.stringify(key), keepMs }]);
  } catch {
    // The vendor has accepted the job, which continues without this record.
  }
}

/** Returns the key of the job with this id, which may have ended. */
export async function keyOfVendorId(vendorId: string, { records }: Setup): Promise<string | undefined> {
  const stored = await records.get(SPACE, vendorId);
  return stored && asText(tryParseJson(stored.value));
}
