import type { Clock } from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { answer } from './answers.ts';

/** Data from which the messages for connected pages are created. */
export interface FeedSource {
  readonly boot: string;
  readonly clock: Clock;
  readonly hello: () => object;
  /** Returns calls that changed after change `after`, and the number of their last change. `undefined` if no call changed. */
  readonly calls: (after: number) => { readonly calls: readonly object[]; readonly last: number } | undefined;
  readonly health: () => object;
  /** Adds a listener. Returns a function that removes it. */
  readonly onChange: (listener: (what: 'calls' | 'health') => void) => () => void;
}

/** Minimum time between two messages with calls, in milliseconds. Changes in between are sent together. */
const PACE_MS = 100;
const HEARTBEAT_MS = 15_000;

/**
 * Returns a response with server-sent events: `hello` first, then `health` and `calls` when they change. The id of a `calls`
 * event contains the number of its last change. A page that reconnects continues after this change. Events contain complete
 * states, so a slow page skips outdated ones.
 */
export function feedResponse(request: Request, source: FeedSource): Response {
  const feed = new Feed(source, request.headers.get('last-event-id'));
  const leave = (): void => {
    feed.end();
  };
  if (request.signal.aborted) leave();
  request.signal.addEventListener('abort', leave, { once: true });
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await feed.next();
        if (chunk !== undefined) {
          controller.enqueue(encoder.encode(chunk));
          return;
        }
        request.signal.removeEventListener('abort', leave);
        // A cancelled stream is closed already, and closing it again would throw.
        if (!feed.isCancelled) controller.close();
      },
      cancel() {
        feed.isCancelled = true;
        feed.end();
      },
    },
    // Without a queue, a message contains the state at the time at which the page reads it.
    { highWaterMark: 0 },
  );
  return answer(body, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
}

/** Connection of one page. */
class Feed {
  isCancelled = false;
  private readonly source: FeedSource;
  private readonly stop: () => void;
  private after: number;
  private sentHello = false;
  private healthChanged = true;
  private isOver = false;
  private wake: (() => void) | undefined;
  private pacedUntil = 0;

  constructor(source: FeedSource, lastEventId: string | null) {
    this.source = source;
    // Another process has other numbers of changes, so the page gets all calls.
    const [boot, change] = (lastEventId ?? '').split('.');
    this.after = boot === source.boot && /^\d{1,15}$/.test(change ?? '') ? Number(change) : 0;
    this.stop = source.onChange((what) => {
      if (what === 'health') this.healthChanged = true;
      this.wake?.();
    });
  }

  /** Resolves to the next message, or to `undefined` when the connection ends. Never rejects. */
  async next(): Promise<string | undefined> {
    const { clock } = this.source;
    const heartbeatAt = clock.now() + HEARTBEAT_MS;
    while (!this.isOver) {
      const wait = this.pacedUntil - clock.now();
      if (wait > 0) {
        await this.pause(wait, false);
        continue;
      }
      const message = this.message();
      if (message !== undefined) return message;
      if (clock.now() >= heartbeatAt) return ': still here\n\n';
      await this.pause(heartbeatAt - clock.now(), true);
    }
    return undefined;
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.stop();
    this.wake?.();
  }

  private message(): string | undefined {
    const { boot, hello, health, calls, clock } = this.source;
    if (!this.sentHello) {
      this.sentHello = true;
      return `retry: 1000\n${event('hello', hello())}`;
    }
    if (this.healthChanged) {
      this.healthChanged = false;
      return event('health', health());
    }
    const news = calls(this.after);
    if (news === undefined) {
      return undefined;
    }
    this.after = news.last;
    // If further calls have changed already, the next message follows without a pause.
    if (calls(this.after) === undefined) this.pacedUntil = clock.now() + PACE_MS;
    return `id: ${boot}.${news.last}\n${event('calls', news.calls)}`;
  }

  /** Waits until `ms` milliseconds have passed, the connection ends or, with `forNews`, calls or health change. */
  private pause(ms: number, forNews: boolean): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.wake = undefined;
        resolve();
      };
      const cancel = this.source.clock.timer(ms, done, { isBackground: true });
      this.wake = () => {
        if (forNews || this.isOver) done();
      };
    });
  }
}

// `JSON.stringify` escapes line breaks, so each event has one line of data.
const event = (name: string, data: object): string => sseEvent(JSON.stringify(data), name);
