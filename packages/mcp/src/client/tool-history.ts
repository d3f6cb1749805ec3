/**
 * What a server's tools said of themselves, over the life of a connection: the server may change it at any time, and what
 * a person agreed to is what they were shown. A print is all that a tool says, as text.
 */
export class SeenTools {
  private readonly latest = new Map<string, string>();
  /** As first seen, or as a person last agreed to. */
  private readonly trusted = new Map<string, string>();
  /** The change that a person was last asked about. */
  private readonly asked = new Map<string, string>();

  /** The list as it is now; gives the names of those that are not what they were in the list before. */
  take(tools: readonly (readonly [name: string, print: string])[]): readonly string[] {
    const changed: string[] = [];
    for (const [name, print] of tools) {
      const before = this.latest.get(name) ?? this.trusted.get(name);
      if (before !== undefined && before !== print) changed.push(name);
      this.latest.set(name, print);
      if (!this.trusted.has(name) && this.trusted.size < MOST_NAMES) this.trusted.set(name, print);
    }
    const listed = new Set(tools.map(([name]) => name));
    for (const name of this.latest.keys()) if (!listed.has(name)) this.latest.delete(name);
    return changed;
  }

  /** Is it another than what was first seen, or agreed to? */
  isChanged(name: string, print: string): boolean {
    return this.trusted.get(name) !== print;
  }

  /** A person is asked whether it may run. */
  ask(name: string, print: string): void {
    this.asked.set(name, print);
  }

  /**
   * May a call of it run that whoever had to agree has agreed to? Not when it has changed since they were asked, or since
   * it was found that nobody need be.
   */
  mayRun(name: string, print: string): boolean {
    if ((this.latest.get(name) ?? print) !== print) return false;
    if (!this.isChanged(name, print)) return true;
    if (this.asked.get(name) !== print) return false;
    this.trusted.set(name, print);
    return true;
  }
}

/** A server that invents names for ever is asked about, and not remembered. */
const MOST_NAMES = 10_000;
