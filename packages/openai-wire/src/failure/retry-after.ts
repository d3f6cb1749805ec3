import { asNumber, asRecord, isRecord, type HeaderReader } from '@majordomo/core/toolkit';

/**
 * Headers whose `retry-after` is, where they have none, what the error's body says: `resets_in_seconds`, or `resets_at`
 * in seconds since the epoch (the ChatGPT backend, 2026).
 */
export function withBodyWait(headers: HeaderReader | undefined, body: unknown): HeaderReader | undefined {
  const outer = asRecord(body);
  const { resets_in_seconds, resets_at } = isRecord(outer['error']) ? outer['error'] : outer;
  const seconds = asNumber(resets_in_seconds);
  const epoch = asNumber(resets_at);
  const wait =
    seconds?.toString() ?? (epoch === undefined ? undefined : new Date(epoch * 1000).toUTCString());
  if (wait === undefined) return headers;
  return {
    get: (name) => headers?.get(name) ?? (name.toLowerCase() === 'retry-after' ? wait : null),
  };
}
