import type { Warning } from '@majordomo/core';
import type { EventWriter } from './event-writer.ts';

/** Writes each warning about a response only once, such as a warning about content that `ChatResponse` cannot represent. */
export class OnceWarnings {
  private readonly writer: EventWriter;
  private readonly written = new Set<string>();

  constructor(writer: EventWriter) {
    this.writer = writer;
  }

  /** Writes a warning, unless a warning about `what` was written before. */
  warn(what: string, why: string, action: Warning['action'] = 'dropped'): void {
    if (this.written.has(what)) return;
    this.written.add(what);
    this.writer.warning({ action, what, why });
  }
}
