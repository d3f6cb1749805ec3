import { fromJson, LlmError, type ChatResponse, type StreamEvent } from '@majordomo/core';
import { abortable, type Ending, restoredError, type Source } from '@majordomo/core/toolkit';
import { cursorError, type Position } from '../events/cursor.ts';
import { answerOf, requireRecord, type JobRecord } from '../record/record.ts';
import type { Setup } from '../setup.ts';
import { answerEvents, type StoredEvents } from '../events/stored-answer.ts';
import { JobWait } from '../drive/job-wait.ts';

/** Source of the events of a job for one reader. */
export class JobReader implements Source<StreamEvent> {
  /** Legs from which the reader has received events, in order. */
  readonly legs: number[] = [];
  private readonly open: () => Promise<string>;
  private readonly setup: Setup;
  private readonly onEnd: (ending: Ending<ChatResponse>) => void;
  private readonly controller = new AbortController();
  private readonly wait = new JobWait();
  private id: Promise<string> | undefined;
  private leg = 0;
  /** Number of events of the leg that the reader has, without warnings. */
  private index = 0;
  /** List that contains the events of the leg, the position in it, and the number of events that the reader already has. */
  private list: { readonly events: readonly StreamEvent[]; at: number; skip: number } | undefined;
  /** Whether the reader has received the stored events of the ended job. */
  private isAtEnd = false;

  constructor(
    open: () => Promise<string>,
    setup: Setup,
    after: Position | undefined,
    onEnd: (ending: Ending<ChatResponse>) => void,
  ) {
    this.open = open;
    this.setup = setup;
    this.onEnd = onEnd;
    if (after === undefined) return;
    this.leg = after.leg;
    this.index = after.index;
    this.legs.push(after.leg);
  }

  async pull(): Promise<readonly StreamEvent[] | undefined> {
    const { setup, controller } = this;
    try {
      const id = await (this.id ??= this.open());
      for (;;) {
        const found = await this.step(id, setup, controller.signal);
        if (found === 'end') return undefined;
        if (found.length > 0) return found;
      }
    } catch (cause) {
      const isOver = controller.signal.aborted;
      const error = isOver ? (controller.signal.reason as unknown) : cause;
      this.onEnd({ error });
      throw error;
    }
  }

  /** Ends the reading. The job continues. */
  abandon(why: string): void {
    const error = new LlmError('aborted', `${why}; the job continues`, { code: 'abandoned' });
    this.onEnd({ error });
    this.controller.abort(error);
  }

  /** Returns new events, an empty list if the reader must look again, or `end`. */
  private async step(id: string, setup: Setup, signal: AbortSignal): Promise<readonly StreamEvent[] | 'end'> {
    signal.throwIfAborted();
    const running = setup.drivers.get(id);
    if (running?.log !== undefined) {
      const { log } = running;
      this.checkLeg(log.leg);
      // Without a reset, no `await` is between this read of the log and the wait for its next change, which would miss an event.
      const reset = log.leg > this.leg && this.index > 0 ? await this.resetTo(log.leg, id) : [];
      const fresh = this.takeFrom(log.leg, log.events);
      if (reset.length + fresh.length > 0) return [...reset, ...fresh];
      // The driver also wakes the log when it has ended or failed.
      await abortable(log.changed(), signal);
      if (running.failure !== undefined) throw running.failure.error;
      return [];
    }
    const { record } = await requireRecord(id, setup);
    // A reader of a job without a leg waits for leg 1.
    this.checkLeg(Math.max(1, record.legs.length));
    if (record.state === 'running') {
      await this.wait.drive(id, setup, signal);
      return [];
    }
    return this.takeStored(record, id);
  }

  private async takeStored(record: JobRecord, id: string): Promise<readonly StreamEvent[] | 'end'> {
    const leg = Math.max(1, record.legs.length);
    if (record.answer !== undefined) {
      const reset = leg > this.leg && this.index > 0 ? await this.resetTo(leg, id) : [];
      // Do not derive the events again if the reader has reached the end.
      const events = leg === this.leg && this.isAtEnd ? [] : answerEvents(record.answer);
      const fresh = this.takeFrom(leg, events);
      this.isAtEnd = true;
      if (reset.length + fresh.length > 0) return [...reset, ...fresh];
    }
    const { emitted } = record;
    if (record.answer === undefined && emitted !== undefined && !this.isAtEnd) {
      this.isAtEnd = true;
      const fresh = await this.takeEmitted(emitted, id);
      if (fresh.length > 0) return fresh;
    }
    this.onEnd({ result: answerOf(record) });
    return 'end';
  }

  /** Returns the events of a job that has ended without an answer. */
  private async takeEmitted({ leg, events }: StoredEvents, id: string): Promise<readonly StreamEvent[]> {
    if (leg < this.leg) return [];
    const reset = leg > this.leg && this.index > 0 ? await this.resetTo(leg, id) : [];
    return [...reset, ...this.takeFrom(leg, fromJson<readonly StreamEvent[]>(events))];
  }

  private checkLeg(legs: number): void {
    if (this.leg > legs) throw cursorError();
  }

  /** Returns the event that discards the events of the reader's leg. */
  private async resetTo(leg: number, id: string): Promise<readonly StreamEvent[]> {
    const { record } = await requireRecord(id, this.setup);
    const left = record.legs[this.leg - 1];
    const target = left?.target ?? record.spec;
    const why = `${target}: the answer began again`;
    const error =
      left?.error === undefined ? new LlmError('server', why, { target }) : restoredError(left.error);
    this.begin(leg);
    return [{ type: 'reset', target, error }];
  }

  private begin(leg: number): void {
    this.leg = leg;
    this.index = 0;
    this.list = undefined;
    this.legs.push(leg);
  }

  /** Returns the events of the list after the reader's position. */
  private takeFrom(leg: number, events: readonly StreamEvent[]): readonly StreamEvent[] {
    if (leg > this.leg) this.begin(leg);
    if (this.list?.events !== events) this.list = { events, at: 0, skip: this.index };
    const { list } = this;
    const fresh: StreamEvent[] = [];
    for (const event of events.slice(list.at)) {
      const isCounted = event.type !== 'warning';
      // Omit the events that the reader has, and the warnings before the first further event.
      if (list.skip > 0) list.skip -= isCounted ? 1 : 0;
      else if (isCounted || fresh.length > 0 || this.index === 0) fresh.push(event);
    }
    list.at = events.length;
    this.index += fresh.filter(({ type }) => type !== 'warning').length;
    return fresh;
  }
}
