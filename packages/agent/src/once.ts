/** Maximum keys to remember. Above it, all are forgotten, and states from before count as those of another process. */
const MAX_KEYS = 100_000;

/** Ensures that a tool with `effect: 'once'` is begun once, as far as this agent can know. */
export class Once {
  private readonly begun = new Set<string>();
  private self: string | undefined;

  /** Returns the id of this agent in a journal. Made on first use: some runtimes have no random before a request. */
  mark(): string {
    this.self ??= crypto.randomUUID();
    return this.self;
  }

  /** Whether this agent wrote the mark. */
  isMine(mark: string | undefined): boolean {
    return mark !== undefined && mark === this.self;
  }

  /**
   * Whether the call of this key may begin. Not a second time, and not when it is another process's to begin: whether that one
   * did, and how it ended, is unknown.
   */
  mayBegin(key: string, owner: string | undefined): boolean {
    if (this.begun.has(key) || (owner !== undefined && owner !== this.self)) return false;
    if (this.begun.size >= MAX_KEYS) {
      this.begun.clear();
      this.self = undefined;
    }
    this.begun.add(key);
    return true;
  }
}
