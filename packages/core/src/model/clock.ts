/** Time, injected. Milliseconds. */
export interface Clock {
  now(): number;
  /** Rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Runs once after `ms`; returns its cancel. */
  timer(ms: number, run: () => void): () => void;
}
