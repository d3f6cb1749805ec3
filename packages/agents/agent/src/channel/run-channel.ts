/**
 * Transport of run events to other processes, such as Redis pub/sub. Events arrive in order. If the transport loses events or is
 * unavailable, the run continues and `watchRun` reports the gap.
 */
export interface RunChannel {
  /** Sends a message to all subscribers of the run. */
  publish(runId: string, text: string): Promise<unknown>;
  /**
   * Subscribes to the messages of the run. Resolves with a function that unsubscribes, when the subscription is active. A channel
   * may call `onEnd` when the run has ended and all messages have arrived, or with an error if no more messages can arrive.
   */
  subscribe(
    runId: string,
    onText: (text: string) => void,
    onEnd: (failure?: unknown) => void,
  ): Promise<() => unknown>;
}
