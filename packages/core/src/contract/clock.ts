/** Time, injected. Milliseconds. */
export interface Clock {
  /** Since the epoch; any origin will do for a test. */
  now(): number;
  /** Rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Runs once after `ms`; returns its cancel. `isBackground`: it need not keep the process alive. */
  timer(ms: number, run: () => void, isBackground?: boolean): () => void;
}
