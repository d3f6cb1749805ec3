import type { Warning } from '@majordomo/core';
import { isSet, type Fields } from './fields.ts';

const NOT_KNOWN = 'this gateway does not know it';

/** Collects warnings about settings that targets receive in another form, or not at all. */
export class Notes {
  readonly all: Warning[] = [];

  dropped(what: string, why: string): void {
    this.all.push({ action: 'dropped', what, why });
  }

  /** Adds a warning once. */
  coerced(what: string, why: string): void {
    if (!this.all.some((note) => note.what === what && note.why === why))
      this.all.push({ action: 'coerced', what, why });
  }

  /** Adds a warning for each member that is not in `taken`, with its reason if there is one. */
  unknown(members: Fields, taken: ReadonlySet<string>, reasons: Readonly<Record<string, string>> = {}): void {
    for (const key of Object.keys(members.value)) {
      if (taken.has(key) || !isSet(members, key)) continue;
      this.dropped(key, Object.hasOwn(reasons, key) ? (reasons[key] ?? NOT_KNOWN) : NOT_KNOWN);
    }
  }
}
