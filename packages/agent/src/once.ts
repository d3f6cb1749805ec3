/** Maximum number of stored keys. Above it, all keys are deleted, and the agent gives up calls of earlier states. */
const MAX_KEYS = 100_000;

/** Record of started calls, so that a tool with `effect: 'once'` starts at most once in this agent. */
export class Once {
  private readonly startedKeys = new Set<string>();
  private id: string | undefined;

  /** Returns the id of this agent in a journal, created on first use: some runtimes provide no randomness at start. */
  ownerId(): string {
    this.id ??= crypto.randomUUID();
    return this.id;
  }

  isMine(mark: string | undefined): boolean {
    return mark !== undefined && mark === this.id;
  }

  /**
   * Whether the call with this key may start. A call that has started, or belongs to another process, may not start, because
   * the outcome of its start is unknown.
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
