import type { Warning } from '@majordomo/core';
import type { EventWriter } from '@majordomo/core/toolkit';

/** What a reader found in an answer that no part of the contract holds: each is told once. */
export class Notes {
  private readonly scribe: EventWriter;
  private readonly told = new Set<string>();

  constructor(scribe: EventWriter) {
    this.scribe = scribe;
  }

  tell(what: string, why: string, action: Warning['action'] = 'dropped'): void {
    if (this.told.has(what)) return;
    this.told.add(what);
    this.scribe.warning({ action, what, why });
  }
}
