/** Maximum keys to remember. Above it, all are forgotten, and states from before count as those of another process. */
const MAX_KEYS = 100_000;

/** Ensures that a tool with `effect: 'once'` is begun once, as far as this agent can know. */
export class Once {
  private readonly startedKeys = new Set<string>();
  private id: string | undefined;

  /** Returns the id of this agent in a journal. Made on first use: some runtimes have no random before a request. */
  ownerId(): string {
    this.id ??= crypto.randomUUID();
    return this.id;
  }

  isMine(mark: string | undefined): boolean {
    return mark !== undefined && mark === this.id;
  }

  /**
   * Whether the call of this key may begin. Not a second time, and not when it is another process's to begin: whether that one
   * did, and how it ended, is unknown.
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
