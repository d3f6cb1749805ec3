/**
 * Transport of run events to other processes, such as Redis pub/sub. It may lose events or be unavailable; the run
 * continues, and `watchRun` reports the gap. Events arrive in order.
 */
export interface RunChannel {
  /** Sends a text to all subscribers of the run. */
  publish(runId: string, text: string): Promise<unknown>;
  /**
   * Resolves when texts arrive from now on; returns a function that unsubscribes. Channels call `onEnd` when the run
   * has ended and all texts have arrived, or with an error if no more can arrive.
   */
  subscribe(
    runId: string,
    onText: (text: string) => void,
    onEnd: (failure?: unknown) => void,
  ): Promise<() => unknown>;
}
