import { addNewest } from '@majordomo/core/toolkit';

/** Maximum number of values that are masked besides the fixed ones. Each refresh of a token adds up to four. */
const MAX_RECENT = 100;

/** Secrets that are masked in errors: those of the options, and the newest tokens and codes. */
export class Secrets implements Iterable<string> {
  private readonly fixed: readonly string[];
  private readonly recent = new Set<string>();

  constructor(fixed: readonly string[] = []) {
    this.fixed = fixed;
  }

  add(value: string): void {
    addNewest(this.recent, value, MAX_RECENT);
  }

  *[Symbol.iterator](): Iterator<string> {
    yield* this.fixed;
    yield* this.recent;
  }
}
