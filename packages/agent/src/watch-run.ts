import { LlmError, systemClock, type Clock } from '@majordomo/core';
import { Follower, type RunEvent } from './follow.ts';
import type { RunChannel } from './run-channel.ts';
import { toldIn } from './told.ts';

/** How a run is watched. */
export interface WatchOptions {
  /** Ends the watching: what is read next rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Waits until the run is over, such as `() => runs.result(id)`; asked at the first read. Then watching ends after a moment, also
   * where the channel has lost the run's last word.
   */
  readonly over?: (() => Promise<unknown>) | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** What was said before `over` may still be on its way so long, in ms. */
const GRACE_MS = 500;
/** Texts that wait for the reader; of more, all are dropped, and told as missed. */
const MOST_WAITING = 1024;

/**
 * Watches a run that happens elsewhere, from now on; resolves when it is heard. Its events come in order and once; those of a
 * life of the run that another one has followed are left out. Ends with the run. Lossy: the run's result has everything.
 *
 * @example
 * const events = await watchRun(channel, 'order-7', { over: () => runs.result('order-7') });
 * await runs.start('order-7', 'Refund order 7');
 * for await (const told of events) if (told.type === 'event') show(told.event);
 */
export async function watchRun(
  channel: RunChannel,
  runId: string,
  options: WatchOptions = {},
): Promise<AsyncIterable<RunEvent>> {
  const { signal, over, clock = systemClock } = options;
  const watching = new Watching(runId);
  const stop = await channel.subscribe(
    runId,
    (text) => watching.hear(text),
    () => watching.end(),
  );
  const onAbort = (): void => watching.end(signal?.reason);
  let cancel = (): void => undefined;
  const endSoon = (): void => {
    cancel = clock.timer(GRACE_MS, () => watching.end(), true);
  };
  watching.onEnd(() => {
    cancel();
    signal?.removeEventListener('abort', onAbort);
    void Promise.resolve(stop()).catch(() => undefined);
  });
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  return watching.events(() => void over?.().then(endSoon, endSoon));
}

class Watching {
  private readonly runId: string;
  private readonly follower = new Follower();
  private texts: string[] = [];
  private isOver = false;
  private reason: { readonly why: unknown } | undefined;
  private wake = (): void => undefined;
  private ended = (): void => undefined;

  constructor(runId: string) {
    this.runId = runId;
  }

  onEnd(ended: () => void): void {
    if (this.isOver) ended();
    else this.ended = ended;
  }

  /** Numbers tell the reader that something was dropped. */
  hear(text: string): void {
    if (this.isOver) return;
    if (this.texts.push(text) > MOST_WAITING) this.texts = [text];
    this.wake();
  }

  end(...reason: readonly unknown[]): void {
    if (this.isOver) return;
    this.isOver = true;
    if (reason.length > 0) this.reason = { why: reason[0] };
    this.ended();
    this.wake();
  }

  async *events(begin: () => void): AsyncGenerator<RunEvent, void> {
    begin();
    try {
      for (;;) {
        if (this.reason !== undefined)
          throw new LlmError('aborted', 'nobody watches any more', {}, { cause: this.reason.why });
        const text = this.texts.shift();
        if (text === undefined && this.isOver) return;
        if (text === undefined) await new Promise<void>((resolve) => (this.wake = resolve));
        else {
          const told = toldIn(text, this.runId);
          if (told === undefined) continue;
          yield* this.follower.follow(told);
          if (told.isOver) return;
        }
      }
    } finally {
      this.end();
    }
  }
}
