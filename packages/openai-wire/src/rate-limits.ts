import { notify } from '@majordomo/core/toolkit';
import { rateLimitWatch, type RateLimits } from '@majordomo/wire-kit';
import { readerOf } from './errors.ts';

/** Tells an observer what the headers of an answer, or of a refusal, say about the vendor's limits. */
export type TellLimits = (target: string, sending: Promise<Response>) => Promise<Response>;

/** An observer that throws changes no outcome. */
export function limitsTo(observer: (limits: RateLimits) => void): TellLimits {
  const watch = rateLimitWatch();
  const look = (target: string, status: unknown, headers: unknown): void => {
    if (typeof status !== 'number') return;
    const limits = watch.observe(target, status, readerOf(headers), Date.now());
    if (limits !== undefined) notify(observer, limits);
  };
  return async (target, sending) => {
    try {
      const response = await sending;
      look(target, response.status, response.headers);
      return response;
    } catch (error) {
      if (error instanceof Error && 'status' in error && 'headers' in error) {
        look(target, error.status, error.headers);
      }
      throw error;
    }
  };
}
