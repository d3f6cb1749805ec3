import { addStep, type Histogram } from '@majordomo/core/toolkit';

/**
 * Number of bytes of a step with its count. An encoded histogram is a sequence of such pairs in any order, in big-endian bytes. This one
 * contains step 41 three times and step 7 once:
 *
 *     00 29 00 00 00 03  00 07 00 00 00 01
 *     step  count        step  count
 */
const PAIR_BYTES = 6;

/** Adds the counts of an encoded histogram. */
export function addBytes(histogram: Histogram, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; at += PAIR_BYTES)
    addStep(histogram, view.getUint16(at), view.getUint32(at + 2));
}

/** Returns the histogram with the count of one step increased, as bytes. */
export function withStep(bytes: Uint8Array | undefined, step: number): Uint8Array {
  const old = bytes ?? new Uint8Array();
  const view = new DataView(old.buffer, old.byteOffset, old.byteLength);
  for (let at = 0; at < old.byteLength; at += PAIR_BYTES) {
    if (view.getUint16(at) !== step) continue;
    const changed = old.slice();
    new DataView(changed.buffer).setUint32(at + 2, view.getUint32(at + 2) + 1);
    return changed;
  }
  const longer = new Uint8Array(old.byteLength + PAIR_BYTES);
  longer.set(old);
  const end = new DataView(longer.buffer);
  end.setUint16(old.byteLength, step);
  end.setUint32(old.byteLength + 2, 1);
  return longer;
}
