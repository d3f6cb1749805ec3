import type { Warning } from '@majordomo/core';
import type { Fields } from './fields.ts';

/** Reason for a warning about a member without an equivalent in a request of majordomo. */
export const NO_EQUIVALENT = 'most targets do not support it';

/** Maximum number of warnings. A client can send 100,000 unknown members, and the header shows the first warnings only. */
const MAX_WARNINGS = 100;

/** Collected warnings about settings that targets receive in another form or not at all. */
export class Notes {
  readonly all: Warning[] = [];

  dropped(what: string, why: string): void {
    this.add({ action: 'dropped', what, why });
  }

  emulated(what: string, why: string): void {
    this.add({ action: 'emulated', what, why });
  }

  coerced(what: string, why: string): void {
    this.add({ action: 'coerced', what, why });
  }

  /** Adds a warning for each member of a nested object that was not parsed, except the `known` members. */
  unknown(members: Fields | undefined, ...known: readonly string[]): void {
    if (members === undefined) return;
    for (const key of members.unparsed())
      if (!known.includes(key)) this.dropped(members.pathOf(key), NO_EQUIVALENT);
  }

  /**
   * Adds a warning for each member of an element that was not parsed, except the `known` members. A warning names the kind of the
   * element instead of its path, so that a conversation with the same member in each turn causes one warning.
   */
  unused(element: Fields, kind: string, ...known: readonly string[]): void {
    for (const key of element.unparsed())
      if (!known.includes(key)) this.dropped(`${kind}.${key}`, NO_EQUIVALENT);
  }

  /** Adds a warning for each member that was not parsed. `reasons`: reason for the warning, by name of the member. */
  unparsed(members: Fields, reasons: ReadonlyMap<string, string> = new Map()): void {
    for (const key of members.unparsed()) this.dropped(key, reasons.get(key) ?? 'unknown member');
  }

  /** Adds a warning, unless the same warning or the maximum number of warnings exists. */
  private add(warning: Warning): void {
    if (this.all.length >= MAX_WARNINGS) return;
    if (!this.all.some(({ what, why }) => what === warning.what && why === warning.why))
      this.all.push(warning);
  }
}
