import type { CallEvent, CallInfo } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import { applyEvent, newCall } from './apply-event.ts';
import type { FeedCall } from './feed-types.ts';

/** Call with the number of its last change. */
interface Line {
  readonly call: FeedCall;
  readonly change: number;
}

/** Recent calls, in the order of their last changes. Ended calls are removed before running ones, oldest change first. */
export class Journal {
  private readonly lines = new Map<string, Line>();
  private readonly applied = new WeakSet<CallEvent>();
  private readonly keep: number;
  private readonly redactor: Redactor;
  private calls = 0;
  private changes = 0;

  constructor(keep: number, redactor: Redactor) {
    this.keep = keep;
    this.redactor = redactor;
  }

  /** Number of the last change. */
  get last(): number {
    return this.changes;
  }

  /** Applies an event and returns true. Returns false for a repeated event, and for an event of a call that is not stored. */
  apply(event: CallEvent, now: number): boolean {
    if (event.call === undefined || this.applied.has(event)) return false;
    this.applied.add(event);
    const before = this.lines.get(event.call.id)?.call ?? this.opened(event, event.call, now);
    if (before === undefined) return false;
    this.put(applyEvent(before, event, now, this.redactor));
    if (event.type === 'call-start') this.evict();
    return true;
  }

  /** Sets members of a call that no event contains, such as `hasContent`. */
  set(id: string, members: Partial<FeedCall>): void {
    const line = this.lines.get(id);
    if (line !== undefined) this.put({ ...line.call, ...members });
  }

  has(id: string): boolean {
    return this.lines.has(id);
  }

  /** Returns up to `most` calls that changed after `change`, oldest change first. */
  since(change: number, most: number): readonly Line[] {
    const lines: Line[] = [];
    for (const line of this.lines.values()) {
      if (line.change <= change) continue;
      lines.push(line);
      if (lines.length === most) break;
    }
    return lines;
  }

  private opened(event: CallEvent, call: CallInfo, now: number): FeedCall | undefined {
    return event.type === 'call-start' ? newCall(call, ++this.calls, now, this.redactor) : undefined;
  }

  private put(call: FeedCall): void {
    this.lines.delete(call.id);
    this.lines.set(call.id, { call, change: ++this.changes });
  }

  private evict(): void {
    if (this.lines.size <= this.keep) return;
    let oldest: string | undefined;
    for (const [id, { call }] of this.lines) {
      oldest ??= id;
      if (call.outcome === 'running') continue;
      oldest = id;
      break;
    }
    if (oldest !== undefined) this.lines.delete(oldest);
  }
}
