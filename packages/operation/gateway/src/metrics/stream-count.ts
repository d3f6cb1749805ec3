import type { RequestTrace } from '../request-trace.ts';
import type { Metrics } from './metrics.ts';

/** Increments the number of open streams and delays the report of the request until the returned function is called. */
export function streamCount(trace: RequestTrace, metrics: Metrics): () => void {
  const ends = [trace.hold(), metrics.onStream()];
  return () => {
    for (const end of ends.splice(0)) end();
  };
}
