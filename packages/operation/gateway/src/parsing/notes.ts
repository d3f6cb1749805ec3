import type { Warning } from '@majordomo/core';
import type { Fields } from './fields.ts';

/** Reason for a warning about a member without an equivalent in a request of majordomo. */
export const NO_EQUIVALENT = 'most targets do not support it';

/** Maximum number of warnings. A client can send 100,000 unknown members, and the header shows the first warnings only. */
const MAX_WARNINGS = 100;

/**
 * Collected warnings about settings that targets receive in another form or not at all. Members that no parser has read cause warnings.
 * Call these methods after the members of the object were parsed:
 *
 * - `mood` of the body: `unparsedInBody`, a warning `mood`
 * - `reasoning.mood`: `unparsedInObject`, a warning with the path `reasoning.mood`
 * - `messages[3].mood`: `unparsedInElement`, one warning `message.mood` for all messages
 */
export class Notes {
  /** Warnings so far. Parsers return this array, to which they may still add warnings. */
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
  unparsedInObject(object: Fields | undefined, ...known: readonly string[]): void {
    if (object === undefined) return;
    for (const key of object.unparsed())
      if (!known.includes(key)) this.dropped(object.pathOf(key), NO_EQUIVALENT);
  }

  /**
   * Adds a warning for each member of an array's element that was not parsed, except the `known` members. A warning names the
   * kind of the element instead of its path, so that a conversation with the same member in each turn causes one warning.
   */
  unparsedInElement(element: Fields, kind: string, ...known: readonly string[]): void {
    for (const key of element.unparsed())
      if (!known.includes(key)) this.dropped(`${kind}.${key}`, NO_EQUIVALENT);
  }

  /** Adds a warning for each member of the body that was not parsed. `reasons`: reason for the warning, by name of the member. */
  unparsedInBody(body: Fields, reasons: ReadonlyMap<string, string> = new Map()): void {
    for (const key of body.unparsed()) this.dropped(key, reasons.get(key) ?? 'unknown member');
  }

  /** Adds a warning, unless the same warning or the maximum number of warnings exists. */
  private add(warning: Warning): void {
    if (this.all.length >= MAX_WARNINGS) return;
    if (!this.all.some(({ what, why }) => what === warning.what && why === warning.why))
      this.all.push(warning);
  }
}
