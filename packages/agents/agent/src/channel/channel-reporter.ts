import { messageOf, type Clock, type Warning } from '@majordomo/core';
import { invoke, withTimeout } from '@majordomo/core/toolkit';
import type { AgentEvent } from '../stream/event.ts';
import type { RunChannel } from './run-channel.ts';
import { eventJson, channelText } from './channel-message.ts';

/** Time for which events are collected into one batch, in milliseconds. */
const BATCH_MS = 50;
/**
 * Maximum wait for the channel in milliseconds, so that a slow channel hardly delays the run. A batch that takes longer counts as
 * lost.
 */
const PUBLISH_TIMEOUT_MS = 250;
/** Maximum length of the events that wait for the channel, as JSON. Above it, all of them are dropped. */
const MAX_WAITING_CHARACTERS = 1_048_576;

interface WaitingEvent {
  readonly step: number;
  readonly text: string;
}

/** Reporter that publishes the events of a run's attempt in numbered batches, so that watchers detect lost events. */
export class ChannelReporter {
  /** Step of the next event. Set by `step-start`, and by `reportingAgent` in a process that continues a step. */
  step = 0;
  private readonly runId: string;
  private readonly channel: RunChannel;
  private readonly clock: Clock;
  private readonly attempt = crypto.randomUUID();
  private readonly began: number;
  /** Number of the next batch. */
  private batch = 0;
  private waiting: WaitingEvent[] = [];
  /** Total length of the waiting events. */
  private size = 0;
  private cancelTimer: (() => void) | undefined;
  private sending: Promise<void> | undefined;
  /** Whether the last batch was lost. */
  private isLosing = false;
  private warning: Warning | undefined;
  private hasWarned = false;

  constructor(runId: string, channel: RunChannel, clock: Clock) {
    this.runId = runId;
    this.channel = channel;
    this.clock = clock;
    this.began = clock.now();
  }

  report(event: AgentEvent): void {
    if (event.type === 'step-start') this.step = event.step;
    const text = eventJson(event);
    this.size += text.length;
    this.waiting.push({ step: this.step, text });
    if (this.size > MAX_WAITING_CHARACTERS)
      this.dropAll(`more than ${MAX_WAITING_CHARACTERS} characters were waiting`);
    else this.sendSoon();
  }

  /**
   * Publishes the buffered events. Waits for the channel, up to a timeout. If the last batch was lost, does not wait, because
   * each model call and tool call ends with this wait.
   */
  async flush(): Promise<void> {
    const sent = this.sendAll();
    if (!this.isLosing) await this.withTimeout(sent).catch(() => undefined);
  }

  async end(): Promise<void> {
    await this.flush();
    // Watchers read nothing after the last message, which therefore shows them that these events are missing.
    if (this.waiting.length > 0) this.dropAll('the channel was too slow');
    await this.publish([], this.step, true);
  }

  /** Returns the warning about lost events once, for the answer of the next model call. */
  takeWarnings(): readonly Warning[] {
    const { warning } = this;
    this.warning = undefined;
    return warning === undefined ? [] : [warning];
  }

  private sendSoon(): void {
    // The loop of `sendAll` that is running also sends the new event.
    if (this.sending !== undefined) return;
    this.cancelTimer ??= this.clock.timer(BATCH_MS, () => void this.sendAll(), { isBackground: true });
  }

  /** Publishes the waiting events, one batch per step. Several calls at the same time share the batch in progress. */
  private async sendAll(): Promise<void> {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    while (this.waiting.length > 0 || this.sending !== undefined)
      await (this.sending ??= this.sendNext().finally(() => {
        this.sending = undefined;
      }));
  }

  private sendNext(): Promise<void> {
    const step = this.waiting[0]?.step ?? this.step;
    const next = this.waiting.findIndex((one) => one.step !== step);
    const now = this.waiting.splice(0, next === -1 ? this.waiting.length : next).map(({ text }) => text);
    this.size -= now.reduce((sum, { length }) => sum + length, 0);
    return this.publish(now, step, false);
  }

  private async publish(events: readonly string[], step: number, isOver: boolean): Promise<void> {
    const { runId, attempt, began } = this;
    const text = channelText({ runId, attempt, began, batch: this.batch++, step, isOver }, events);
    try {
      await this.withTimeout(Promise.resolve(invoke(() => this.channel.publish(runId, text))));
      this.isLosing = false;
    } catch (error) {
      this.reportLoss(messageOf(error));
    }
  }

  private dropAll(why: string): void {
    this.waiting = [];
    this.size = 0;
    // The omitted number shows watchers that events are missing.
    this.batch++;
    this.reportLoss(why);
  }

  private reportLoss(why: string): void {
    this.isLosing = true;
    if (this.hasWarned) return;
    this.hasWarned = true;
    this.warning = { action: 'dropped', what: 'channel', why: `events were not published: ${why}` };
  }

  private withTimeout(work: Promise<unknown>): Promise<unknown> {
    return withTimeout(work, PUBLISH_TIMEOUT_MS, this.clock, { isBackground: true });
  }
}
