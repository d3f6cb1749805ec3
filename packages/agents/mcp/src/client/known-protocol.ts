const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Result of the latest probe of a server, so that later connections to a server of protocol 2025, the legacy protocol, send no
 * probe for at most seven days.
 */
export class KnownProtocol {
  /** Time at which a probe found protocol 2025; `undefined` if the server supports a later protocol or was not probed. */
  private legacyAt: number | undefined;
  private isStorable = true;

  /** Whether the server used protocol 2025 during the last seven days. A server may be upgraded. */
  isLegacy(now: number): boolean {
    return this.legacyAt !== undefined && now - this.legacyAt < WEEK_MS;
  }

  /** Time for the store. A program that did not respond in time may only have been slow, so its result is not stored. */
  get storable(): number | undefined {
    return this.isStorable ? this.legacyAt : undefined;
  }

  /** Sets the time that an earlier process stored. */
  restore(legacyAt: number | undefined): void {
    this.legacyAt = legacyAt;
  }

  /** Stores the result of a probe at the time `now`. */
  learn({ isLegacy, hasTimedOut }: ProbeResult, now: number): void {
    this.legacyAt = isLegacy ? now : undefined;
    this.isStorable = !hasTimedOut;
  }
}

/** Result of a probe. */
export interface ProbeResult {
  /** Whether the server uses protocol 2025. */
  readonly isLegacy: boolean;
  /** Whether the server did not respond to the probe in time. */
  readonly hasTimedOut: boolean;
}
