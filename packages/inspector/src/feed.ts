import type { Clock } from '@majordomo/core';
import { answer } from './answers.ts';

/** What a page that is connected is told of: the journal, health, and what it is. */
export interface Feeding {
  readonly boot: string;
  readonly clock: Clock;
  readonly hello: () => object;
  /** Changes after the one of this number, oldest first, and the number of the last of them. */
  readonly calls: (after: number) => { readonly calls: readonly object[]; readonly last: number } | undefined;
  readonly health: () => object;
  /** Returns how to stop. */
  readonly onChange: (listener: (what: 'calls' | 'health') => void) => () => void;
}

/** News are collected for so long: what changes faster than it can be seen costs one message. */
const PACE_MS = 100;
const HEARTBEAT_MS = 15_000;

/**
 * Server-sent events: `hello`, then `health` and `calls` as they change. The id of `calls` says how far the page is, so that
 * one that was cut off goes on where it was. What is sent is state and no log: a slow page is never told what is over.
 */
export function feedResponse(request: Request, feeding: Feeding): Response {
  const feed = new Feed(feeding, request.headers.get('last-event-id'));
  const leave = (): void => {
    feed.end();
  };
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
        if (!feed.isCancelled) controller.close();
      },
      cancel() {
        feed.isCancelled = true;
        feed.end();
      },
    },
    { highWaterMark: 0 },
  );
  return answer(body, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
}

/** One connection: how far its page is, and what it has not been told yet. */
class Feed {
  isCancelled = false;
  private readonly feeding: Feeding;
  private readonly stop: () => void;
  private after: number;
  private saidHello = false;
  private healthChanged = true;
  private isOver = false;
  private wake: (() => void) | undefined;
  private pacedUntil = 0;

  constructor(feeding: Feeding, lastEventId: string | null) {
    this.feeding = feeding;
    const [boot, change] = (lastEventId ?? '').split('.');
    this.after = boot === feeding.boot && /^\d{1,15}$/.test(change ?? '') ? Number(change) : 0;
    this.stop = feeding.onChange((what) => {
      if (what === 'health') this.healthChanged = true;
      this.wake?.();
    });
  }

  /** The next message, when there is one; `undefined` at the end. Never rejects. */
  async next(): Promise<string | undefined> {
    const { clock } = this.feeding;
    const silentAt = clock.now() + HEARTBEAT_MS;
    while (!this.isOver) {
      const wait = this.pacedUntil - clock.now();
      if (wait > 0) {
        await this.pause(wait, false);
        continue;
      }
      const message = this.message();
      if (message !== undefined) return message;
      if (clock.now() >= silentAt) return ': still here\n\n';
      await this.pause(silentAt - clock.now(), true);
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
    const { boot, hello, health, calls, clock } = this.feeding;
    if (!this.saidHello) {
      this.saidHello = true;
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
    if (calls(this.after) === undefined) this.pacedUntil = clock.now() + PACE_MS;
    return `id: ${boot}.${news.last}\n${event('calls', news.calls)}`;
  }

  /** Until the time is over, news come (where they are waited for), or the end. */
  private pause(ms: number, forNews: boolean): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.wake = undefined;
        resolve();
      };
      const cancel = this.feeding.clock.timer(ms, done, true);
      this.wake = () => {
        if (forNews || this.isOver) done();
      };
    });
  }
}

/** JSON has no line ends of its own. */
const event = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
