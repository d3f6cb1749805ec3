/**
 * What a server's tools said of themselves, over the life of a connection: the server may change it at any time, and what
 * a person agreed to is what they were shown. A fingerprint is all that a tool says, as text.
 */
export class ToolHistory {
  private readonly latest = new Map<string, string>();
  /** As first seen, or as a person last agreed to. */
  private readonly trusted = new Map<string, string>();
  /** The change that a person was last asked about. */
  private readonly requested = new Map<string, string>();

  /** The list as it is now; gives the names of those that are not what they were in the list before. */
  update(tools: readonly (readonly [name: string, fingerprint: string])[]): readonly string[] {
    const changed: string[] = [];
    for (const [name, fingerprint] of tools) {
      const before = this.latest.get(name) ?? this.trusted.get(name);
      if (before !== undefined && before !== fingerprint) changed.push(name);
      this.latest.set(name, fingerprint);
      if (!this.trusted.has(name) && this.trusted.size < MAX_NAMES) this.trusted.set(name, fingerprint);
    }
    const listed = new Set(tools.map(([name]) => name));
    for (const name of this.latest.keys()) if (!listed.has(name)) this.latest.delete(name);
    return changed;
  }

  /** Is it another than what was first seen, or agreed to? */
  isChanged(name: string, fingerprint: string): boolean {
    return this.trusted.get(name) !== fingerprint;
  }

  /** A person is asked whether it may run. */
  recordApprovalRequest(name: string, fingerprint: string): void {
    this.requested.set(name, fingerprint);
  }

  /**
   * May a call of it run that whoever had to agree has agreed to? Not when it has changed since they were asked, or since
   * it was found that nobody need be.
   */
  mayRun(name: string, fingerprint: string): boolean {
    if ((this.latest.get(name) ?? fingerprint) !== fingerprint) return false;
    if (!this.isChanged(name, fingerprint)) return true;
    if (this.requested.get(name) !== fingerprint) return false;
    this.trusted.set(name, fingerprint);
    return true;
  }
}

/** A server that invents names for ever is asked about, and not remembered. */
const MAX_NAMES = 10_000;
