/** How fast an answer has to come. */
export interface Pace {
  readonly charsPerSecond: number;
  readonly windowMs: number;
}

/**
 * Measures an answer in windows, one after the other, of the time in which somebody waited for the model: a reader that is
 * slow itself makes no answer slow.
 */
export class PaceMeter {
  private readonly windowMs: number;
  /** Characters that a window must bring. */
  private readonly least: number;
  private waitedMs = 0;
  /** Characters that had come when the window began. */
  private before = 0;

  constructor({ charsPerSecond, windowMs }: Pace) {
    this.windowMs = windowMs;
    this.least = (charsPerSecond * windowMs) / 1000;
  }

  /** Somebody waited for the model that long. */
  waited(ms: number): void {
    this.waitedMs += ms;
  }

  /** How long may be waited on from here; `Infinity` where the window has what it needs. */
  leftMs(characters: number): number {
    if (characters - this.before >= this.least) {
      if (this.waitedMs >= this.windowMs) this.begin(characters);
      return Infinity;
    }
    // What comes at its very end is of the window.
    return this.windowMs - this.waitedMs + 1;
  }

  /** A window begins with what comes from now on. */
  begin(characters: number): void {
    this.before = characters;
    this.waitedMs = 0;
  }
}
