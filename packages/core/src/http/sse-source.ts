import { toJson } from '../json/codec.ts';
import { tell } from '../observe/tell.ts';
import { systemClock } from '../system-clock.ts';
import type { SseOptions } from './sse-options.ts';
import { toldError, withToldErrors } from './told-error.ts';

/** By default: some proxies hang up after 30 s of silence, most after 60 s. */
const HEARTBEAT_MS = 15_000;
const HEARTBEAT = ': still here\n\n';

/** What came of the wait for an event. */
type Step = { readonly event: unknown } | { readonly error: unknown } | 'end' | 'silence' | 'left';

/** Events as chunks of an event stream: one at a time, when it is asked for. */
export class SseSource {
  private readonly events: AsyncIterator<unknown>;
  private readonly options: SseOptions;
  private readonly heartbeatMs: number;
  /** Outlives a heartbeat. */
  private arriving: Promise<Step> | undefined;
  private stopWaiting: (() => void) | undefined;
  private isOver = false;

  constructor(events: AsyncIterable<unknown>, options: SseOptions) {
    this.events = iteratorOf(events);
    this.options = options;
    this.heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
    options.signal?.addEventListener('abort', this.leave, { once: true });
    if (options.signal?.aborted === true) this.leave();
  }

  /** The next event that the client is to see, or a sign of life; `undefined` at the end. Never rejects. */
  async next(): Promise<string | undefined> {
    const silentAt = this.heartbeatMs > 0 ? systemClock.now() + this.heartbeatMs : Infinity;
    while (!this.isOver) {
      const step = await this.step(silentAt - systemClock.now());
      if (step === 'silence') return HEARTBEAT;
      if (typeof step === 'string') break;
      const chunk = this.chunk(step);
      if (chunk !== undefined) return chunk;
    }
    this.end();
    return undefined;
  }

  /** The reader is gone: what feeds the events hears of it at once, also while it is waited for. */
  readonly leave = (): void => {
    if (this.isOver) return;
    this.end();
    this.stopWaiting?.();
    returnOf(this.events);
  };

  private step(silentInMs: number): Promise<Step> {
    if (silentInMs <= 0) return Promise.resolve('silence');
    this.arriving ??= arrivalOf(this.events);
    const { arriving } = this;
    return new Promise((resolve) => {
      const answer = (step: Step): void => {
        cancel?.();
        resolve(step);
      };
      const silent = (): void => {
        resolve('silence');
      };
      const cancel = this.heartbeatMs > 0 ? systemClock.timer(silentInMs, silent, true) : undefined;
      this.stopWaiting = () => {
        answer('left');
      };
      void arriving.then((step) => {
        this.arriving = undefined;
        answer(step);
      });
    });
  }

  private chunk(step: Exclude<Step, string>): string | undefined {
    if (this.isOver) return undefined;
    if ('error' in step) return this.failure(step.error);
    try {
      const { map } = this.options;
      return chunkOf(map === undefined ? step.event : map(step.event));
    } catch (error) {
      // The app's `map`, or an event that has no JSON: nobody reads on.
      returnOf(this.events);
      return this.failure(error);
    }
  }

  private failure(error: unknown): string | undefined {
    this.end();
    tell(this.options.onError, error);
    return chunkOf({ type: 'error', ...toldError(error) });
  }

  private end(): void {
    this.isOver = true;
    this.options.signal?.removeEventListener('abort', this.leave);
  }
}

/** JSON has no line ends of its own: an event is one line. */
function chunkOf(event: unknown): string | undefined {
  const json = JSON.stringify(toJson(withToldErrors(event) as object)) as string | undefined;
  return json === undefined ? undefined : `data: ${json}\n\n`;
}

/** One that was read before throws at once: the client is to hear of that as of any failure. */
function iteratorOf(events: AsyncIterable<unknown>): AsyncIterator<unknown> {
  try {
    return events[Symbol.asyncIterator]();
  } catch (error) {
    return { next: () => Promise.reject(error) };
  }
}

async function arrivalOf(events: AsyncIterator<unknown>): Promise<Step> {
  try {
    const next = await events.next();
    return next.done === true ? 'end' : { event: next.value };
  } catch (error) {
    return { error };
  }
}

/** Whoever has left does not hear how the other side took it. */
function returnOf(events: AsyncIterator<unknown>): void {
  try {
    events.return?.().catch(() => undefined);
  } catch {
    // It would have ended anyhow.
  }
}
