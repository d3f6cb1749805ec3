import type { StoredCredential } from './vault.ts';

/** Values beyond these are forgotten, the oldest first: a token that renews itself hourly for years is many. */
const MOST = 1000;

/** The values that went through this process, so that a redactor knows them. */
export class Seen {
  private readonly values = new Set<string>();

  note(entry: StoredCredential | undefined): void {
    if (entry === undefined) return;
    for (const held of [entry.value, entry.refresh]) {
      if (held !== undefined) this.add(held.reveal());
    }
  }

  all(): Iterable<string> {
    return [...this.values];
  }

  private add(value: string): void {
    this.values.delete(value);
    this.values.add(value);
    const [oldest] = this.values;
    if (this.values.size > MOST && oldest !== undefined) this.values.delete(oldest);
  }
}
