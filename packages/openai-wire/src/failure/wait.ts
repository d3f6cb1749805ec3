import type { HeaderReader } from '@majordomo/core/provider';

/**
 * Headers whose `retry-after` is, where they have none, what the error's body says: `resets_in_seconds`, or `resets_at`
 * in seconds since the epoch (the ChatGPT backend, 2026).
 */
export function withBodyWait(headers: HeaderReader | undefined, body: unknown): HeaderReader | undefined {
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : body;
  if (!isRecord(error)) return headers;
  const { resets_in_seconds: seconds, resets_at: epoch } = error;
  const wait =
    secondsOf(seconds) ?? (typeof epoch === 'number' ? new Date(epoch * 1000).toUTCString() : undefined);
  if (wait === undefined) return headers;
  return {
    get: (name) => headers?.get(name) ?? (name.toLowerCase() === 'retry-after' ? wait : null),
  };
}

const secondsOf = (value: unknown): string | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
