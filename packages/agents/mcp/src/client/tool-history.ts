/**
 * Tool definitions of a connection. A server may change a definition at any time, but a person's approval includes only the
 * definition that the person saw.
 */
export class ToolHistory {
  /** Fingerprints by tool name: of the latest list, of trusted definitions, and of those that a person was asked to approve. */
  private readonly latest = new Map<string, string>();
  private readonly trusted: Map<string, string>;
  private readonly requested = new Map<string, string>();
  private readonly onTrust: () => void;

  /** Creates the history. `onTrust` is called when a person has approved a changed definition. */
  constructor(trusted: Iterable<readonly [name: string, fingerprint: string]>, onTrust: () => void) {
    this.trusted = new Map(trusted);
    this.onTrust = onTrust;
  }

  /** Fingerprint of the last approved definition, or of the first definition if none was approved, by tool name. */
  get definitions(): ReadonlyMap<string, string> {
    return this.trusted;
  }

  /** Records the current tools. Returns the names of the tools whose definitions have changed. */
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

  /** Whether the definition differs from the last approved definition or, if none was approved, from the first definition. */
  isChanged(name: string, fingerprint: string): boolean {
    return this.trusted.get(name) !== fingerprint;
  }

  /** Records that a person was asked to approve this definition. */
  recordApprovalRequest(name: string, fingerprint: string): void {
    this.requested.set(name, fingerprint);
  }

  /**
   * Returns whether a call's definition is unchanged or approved. A call that required approval runs only if a person has
   * approved it, so a definition for which approval was requested is trusted from now on. A tool that the latest list lacks is
   * left to the server, which refuses it.
   */
  mayRun(name: string, fingerprint: string): boolean {
    if ((this.latest.get(name) ?? fingerprint) !== fingerprint) return false;
    if (!this.isChanged(name, fingerprint)) return true;
    if (this.requested.get(name) !== fingerprint) return false;
    this.trusted.set(name, fingerprint);
    this.onTrust();
    return true;
  }
}

/** Maximum number of tools whose first definition is trusted. The first call of a further tool requires approval. */
const MAX_NAMES = 10_000;
