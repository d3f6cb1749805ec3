/** Maximum number of stored keys. At this number, all keys are deleted, and calls that were claimed earlier no longer start. */
const MAX_KEYS = 100_000;

/** Record of the calls that an `Agent` object has started, so that it starts a call with `effect: 'once'` at most once. */
export class StartedCalls {
  private readonly startedKeys = new Set<string>();
  private id: string | undefined;

  /** Returns the id of the `Agent` object in a journal. Created at first use, because some runtimes have no randomness while modules load. */
  ownerId(): string {
    this.id ??= crypto.randomUUID();
    return this.id;
  }

  isOwnId(ownerId: string | undefined): boolean {
    return ownerId !== undefined && ownerId === this.id;
  }

  /**
   * Records the call with this key and returns whether the call may start. A call that this process or another process has
   * already started must not start again, because its outcome is unknown.
   */
  mayBegin(key: string, ownerId: string | undefined): boolean {
    if (this.startedKeys.has(key) || (ownerId !== undefined && ownerId !== this.id)) return false;
    if (this.startedKeys.size >= MAX_KEYS) {
      this.startedKeys.clear();
      this.id = undefined;
    }
    this.startedKeys.add(key);
    return true;
  }
}
