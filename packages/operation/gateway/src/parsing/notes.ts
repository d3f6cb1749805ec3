import type { Warning } from '@majordomo/core';
import type { Fields } from './fields.ts';

export const NO_FORM = 'most targets do not support it';

/** Collected warnings about settings that targets receive in another form or not at all. */
export class Notes {
  readonly all: Warning[] = [];

  dropped(what: string, why: string): void {
    this.all.push({ action: 'dropped', what, why });
  }

  emulated(what: string, why: string): void {
    this.all.push({ action: 'emulated', what, why });
  }

  /** Adds a warning about a changed setting, unless the same warning exists. */
  coerced(what: string, why: string): void {
    if (!this.all.some((note) => note.what === what && note.why === why))
      this.all.push({ action: 'coerced', what, why });
  }

  /** Adds a warning for each member of a nested object that was not parsed, except the `known` members. */
  unknown(members: Fields | undefined, ...known: readonly string[]): void {
    if (members === undefined) return;
    for (const key of members.unparsed())
      if (!known.includes(key)) this.dropped(members.pathOf(key), NO_FORM);
  }

  /** Adds a warning for each member that was not parsed. `reasons`: reason for the warning, by name of the member. */
  unparsed(members: Fields, reasons: ReadonlyMap<string, string> = new Map()): void {
    for (const key of members.unparsed()) this.dropped(key, reasons.get(key) ?? 'unknown member');
  }
}
