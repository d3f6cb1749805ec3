/** Keys that are remembered; the oldest go, long after any replay of their run. */
const MOST_KEYS = 10_000;

/** Makes sure that a tool with `effect: 'once'` is begun once, as far as this process can know. */
export class Once {
  private readonly begun = new Set<string>();
  private self: string | undefined;

  /** Names this process in a journal, made when it is first needed: some runtimes have no random before a request. */
  mark(): string {
    this.self ??= crypto.randomUUID();
    return this.self;
  }

  /**
   * May the call of this key begin? Not a second time, and not when it is another process's to begin: nobody knows
   * whether that one did, nor how it ended.
   */
  mayBegin(key: string, owner: string | undefined): boolean {
    if (this.begun.has(key) || (owner !== undefined && owner !== this.self)) return false;
    const [oldest] = this.begun;
    if (this.begun.size >= MOST_KEYS && oldest !== undefined) this.begun.delete(oldest);
    this.begun.add(key);
    return true;
  }
}
