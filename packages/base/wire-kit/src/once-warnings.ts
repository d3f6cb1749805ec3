import type { Warning } from '@majordomo/core';
import type { EventWriter } from './event-writer.ts';

/** Writes at most one warning per response about the same content, such as content that `ChatResponse` cannot represent. */
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
