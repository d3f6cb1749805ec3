/** Maximum number of stored keys. At this number, all keys are deleted, and calls that were claimed earlier no longer start. */
const MAX_KEYS = 100_000;

/** Record of started calls, so that a tool with `effect: 'once'` starts at most once in this agent. */
export class StartedCalls {
  private readonly startedKeys = new Set<string>();
  private id: string | undefined;

  /** Returns the id of this agent in a journal. Created at first use, because some runtimes have no randomness while modules load. */
  ownerId(): string {
    this.id ??= crypto.randomUUID();
    return this.id;
  }

  isMine(mark: string | undefined): boolean {
    return mark !== undefined && mark === this.id;
  }

  /**
   * Records the call with this key and returns whether the call may start. A call that this process or another process has
   * already started must not start again, because its outcome is unknown.
   */
  mayBegin(key: string, owner: string | undefined): boolean {
    if (this.startedKeys.has(key) || (owner !== undefined && owner !== this.id)) return false;
    if (this.startedKeys.size >= MAX_KEYS) {
      this.startedKeys.clear();
      this.id = undefined;
    }
    this.startedKeys.add(key);
    return true;
  }
}
