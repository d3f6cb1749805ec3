/**
 * What carries the events of runs to other processes, such as Redis pub/sub. It may lose what it carries, and may be away: the
 * run continues, and `watchRun` says that something is missing. What it carries once arrives in the order in which it was sent.
 */
export interface RunChannel {
  /** Sends a text to all who hear the run. */
  publish(runId: string, text: string): Promise<unknown>;
  /**
   * Settles when every text from now on is heard; gives how to stop. `isOver` is for channels that know by themselves that
   * the run has ended and all was heard; with an error where they can hear nothing more.
   */
  subscribe(
    runId: string,
    onText: (text: string) => void,
    onEnd: (failure?: unknown) => void,
  ): Promise<() => unknown>;
}
