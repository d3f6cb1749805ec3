import type { CallEvent, CallInfo } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import { applyEvent, begun } from './apply-event.ts';
import type { ToldCall } from './feed-types.ts';

/** A call, and the number of its last change. */
interface Line {
  readonly call: ToldCall;
  readonly change: number;
}

/** The last calls, in the order of their last changes; the calls that have ended longest ago give way first. */
export class Journal {
  private readonly lines = new Map<string, Line>();
  private readonly seen = new WeakSet<CallEvent>();
  private readonly keep: number;
  private readonly redactor: Redactor;
  private begun = 0;
  private changes = 0;

  constructor(keep: number, redactor: Redactor) {
    this.keep = keep;
    this.redactor = redactor;
  }

  /** The number of the last change. */
  get last(): number {
    return this.changes;
  }

  /** False for an event that was there before, or that belongs to no call that is kept. */
  take(event: CallEvent, now: number): boolean {
    if (event.call === undefined || this.seen.has(event)) return false;
    this.seen.add(event);
    const before = this.lines.get(event.call.id)?.call ?? this.opened(event, event.call, now);
    if (before === undefined) return false;
    this.put(applyEvent(before, event, now, this.redactor));
    if (event.type === 'call-start') this.giveWay();
    return true;
  }

  /** A fact that no event tells. */
  note(id: string, fact: Partial<ToldCall>): void {
    const line = this.lines.get(id);
    if (line !== undefined) this.put({ ...line.call, ...fact });
  }

  has(id: string): boolean {
    return this.lines.has(id);
  }

  /** What has changed since, the oldest change first, at most so many. */
  since(change: number, most: number): readonly Line[] {
    const lines: Line[] = [];
    for (const line of this.lines.values()) {
      if (line.change <= change) continue;
      lines.push(line);
      if (lines.length === most) break;
    }
    return lines;
  }

  private opened(event: CallEvent, call: CallInfo, now: number): ToldCall | undefined {
    return event.type === 'call-start' ? begun(call, ++this.begun, now, this.redactor) : undefined;
  }

  private put(call: ToldCall): void {
    this.lines.delete(call.id);
    this.lines.set(call.id, { call, change: ++this.changes });
  }

  private giveWay(): void {
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
