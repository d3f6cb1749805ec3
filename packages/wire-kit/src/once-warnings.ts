import type { Warning } from '@majordomo/core';
import type { EventWriter } from './event-writer.ts';

/** Writes warnings about a response, for example about content that the contract cannot represent. Each is written once. */
export class OnceWarnings {
  private readonly writer: EventWriter;
  private readonly written = new Set<string>();

  constructor(writer: EventWriter) {
    this.writer = writer;
  }

  /** Writes a warning unless one about `what` has been written. */
  warn(what: string, why: string, action: Warning['action'] = 'dropped'): void {
    if (this.written.has(what)) return;
    this.written.add(what);
    this.writer.warning({ action, what, why });
  }
}
