import { LlmError, messageOf, systemClock, type Clock } from '@majordomo/core';
import { invoke } from '@majordomo/core/toolkit';
import { RunFollower, type RunEvent } from './run-follower.ts';
import type { RunChannel } from './run-channel.ts';
import { parseChannelMessage } from './channel-message.ts';

/** Options of `watchRun`. */
export interface WatchOptions {
  /** Signal that ends the watch. The next read then rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Function whose promise settles when the run has ended, such as `() => runs.result(id)`. Called when the first event is read.
   * The watch ends shortly after the promise settles, even if the channel lost the last message.
   */
  readonly over?: (() => Promise<unknown>) | undefined;
  /** Clock that measures the wait after the promise of `over` has settled. @default the system clock */
  readonly clock?: Clock | undefined;
}

/** Time to wait for messages that are in transit when the promise of `over` settles, in milliseconds. */
const GRACE_MS = 500;
/** Maximum number and total length of messages that wait for the reader. Above it, all but the newest are dropped. */
const MAX_WAITING = 1024;
const MAX_CHARACTERS = 16 * 1_048_576;

/**
 * Watches a run in another process. Resolves with its events when the subscription is active. Events are in order and unique.
 * Events of outdated attempts are omitted. The iteration ends with the run, and rejects with an `LlmError` if the channel fails.
 * A channel may lose events, but it cannot affect the result of the run. A run has no owner: check an id that a user has sent.
 *
 * @example
 * const events = await watchRun(channel, 'order-7', { over: () => runs.result('order-7') });
 * await runs.start('order-7', 'Refund order 7');
 * for await (const message of events) if (message.type === 'event') show(message.event);
 */
export async function watchRun(
  channel: RunChannel,
  runId: string,
  options: WatchOptions = {},
): Promise<AsyncIterable<RunEvent>> {
  const { signal, over, clock = systemClock } = options;
  const watcher = new RunWatcher(runId);
  const onAbort = (): void => watcher.abort(signal?.reason);
  let cancelTimer = (): void => undefined;
  const endSoon = (): void => {
    cancelTimer = clock.timer(GRACE_MS, () => watcher.end(), { isBackground: true });
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  const onText = (text: string): void => watcher.receive(text);
  const onEnd = (failure: unknown): void => watcher.channelEnded(failure);
  const subscribing = Promise.resolve(invoke(() => channel.subscribe(runId, onText, onEnd)));
  const unsubscribed = watcher.ended.then(async () => {
    cancelTimer();
    signal?.removeEventListener('abort', onAbort);
    // Wait for the subscription, because a slow channel may resolve it after the watch has ended. Then unsubscribe.
    await (
      await subscribing
    )();
  });
  // The watch has ended, so a failure to unsubscribe affects no reader.
  unsubscribed.catch(() => undefined);
  try {
    await Promise.race([subscribing, watcher.ended]);
  } catch (error) {
    watcher.end();
    throw channelError(runId, error);
  }
  return watcher.events(async () => {
    try {
      await over?.();
    } finally {
      if (over !== undefined) endSoon();
    }
  });
}

class RunWatcher {
  private readonly runId: string;
  private readonly follower = new RunFollower();
  private texts: string[] = [];
  private characters = 0;
  private isOver = false;
  /** Set when the watch is aborted, so that the next read rejects. */
  private aborted: { readonly reason: unknown } | undefined;
  private failure: LlmError | undefined;
  private wake = (): void => undefined;
  private resolve = (): void => undefined;
  readonly ended: Promise<void>;

  constructor(runId: string) {
    this.runId = runId;
    this.ended = new Promise((resolve) => (this.resolve = resolve));
  }

  receive(text: string): void {
    if (this.isOver) return;
    this.characters += text.length;
    if (this.texts.push(text) > MAX_WAITING || this.characters > MAX_CHARACTERS) {
      // The gap in the numbers of the batches becomes a `missed` event.
      this.texts = [text];
      this.characters = text.length;
    }
    this.wake();
  }

  /** Ends the watch after all messages that have arrived are read. */
  channelEnded(failure: unknown): void {
    if (failure !== undefined && !this.isOver) this.failure = channelError(this.runId, failure);
    this.end();
  }

  /** Ends the watch, and makes the next read reject. */
  abort(reason: unknown): void {
    if (!this.isOver) this.aborted = { reason };
    this.end();
  }

  /** Ends the watch. The reader receives the messages that have arrived. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.resolve();
    this.wake();
  }

  /** Returns the events. Their `return` also ends the watch before the first read and while a read waits. */
  events(begin: () => Promise<void>): AsyncGenerator<RunEvent, void> {
    const events = this.readEvents(begin);
    const leave = events.return.bind(events);
    return Object.assign(events, {
      return: (): ReturnType<typeof leave> => {
        this.end();
        return leave();
      },
    });
  }

  private async *readEvents(begin: () => Promise<void>): AsyncGenerator<RunEvent, void> {
    begin().catch(() => undefined);
    try {
      for (;;) {
        this.checkAborted();
        const text = this.texts.shift();
        if (text === undefined && this.failure !== undefined) throw this.failure;
        if (text === undefined && this.isOver) return;
        if (text === undefined) await new Promise<void>((resolve) => (this.wake = resolve));
        else {
          this.characters -= text.length;
          const message = parseChannelMessage(text, this.runId);
          const events = message && this.follower.accept(message);
          if (events === undefined) continue;
          for (const event of events) {
            this.checkAborted();
            yield event;
          }
          if (message?.isOver === true) return;
        }
      }
    } finally {
      this.end();
    }
  }

  private checkAborted(): void {
    if (this.aborted !== undefined)
      throw new LlmError('aborted', 'the reader stopped watching', {}, { cause: this.aborted.reason });
  }
}

const channelError = (runId: string, cause: unknown): LlmError =>
  LlmError.is(cause)
    ? cause
    : new LlmError('network', `run "${runId}" can no longer be watched: ${messageOf(cause)}`, {}, { cause });
