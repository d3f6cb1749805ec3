import { addNewest } from '@majordomo/core/toolkit';
import type { StoredCredential } from './vault.ts';

/** Maximum number of values. The oldest values are removed, because a token may be refreshed for years. */
const MAX_VALUES = 1000;

/** Secrets that this process has read or written, for a redactor. */
export class KnownSecrets {
  private readonly values = new Set<string>();

  add(entry: StoredCredential | undefined): void {
    for (const secret of [entry?.value, entry?.refresh]) {
      const value = secret?.reveal();
      if (value !== undefined) addNewest(this.values, value, MAX_VALUES);
    }
  }

  all(): Iterable<string> {
    return [...this.values];
  }
}
