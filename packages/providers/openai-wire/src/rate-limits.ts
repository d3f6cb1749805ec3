import { notify } from '@majordomo/core/toolkit';
import { rateLimitWatch, type RateLimits } from '@majordomo/wire-kit/internal';
import { headerReader } from './errors.ts';

/** Function that reports the rate limits in the headers of a response or an error, and returns the response. */
export type ReportRateLimits = (target: string, sending: Promise<Response>) => Promise<Response>;

/** Creates a function that reports rate limits to `observer`. Errors that the observer throws are ignored. */
export function reportRateLimits(observer: (limits: RateLimits) => void): ReportRateLimits {
  const watch = rateLimitWatch();
  const report = (target: string, status: unknown, headers: unknown): void => {
    if (typeof status !== 'number') return;
    const limits = watch.observe(target, status, headerReader(headers), Date.now());
    if (limits !== undefined) notify(observer, limits);
  };
  return async (target, sending) => {
    try {
      const response = await sending;
      report(target, response.status, response.headers);
      return response;
    } catch (error) {
      if (error instanceof Error && 'status' in error && 'headers' in error)
        report(target, error.status, error.headers);
      throw error;
    }
  };
}
