import type { AttemptInfo, Clock, Denial, Permit } from '@majordomo/core';
import type { Claim } from '../contract/store.ts';

/** Result of one attempt to reserve. */
export type ReserveResult = Permit | Denial | HeldLimit;

/** Limit that prevents a claim only until other calls in progress have settled. */
export interface HeldLimit {
  /** Counter with the reservations of the other calls. */
  readonly heldOn: string;
  /** Denial that the gate returns if the call cannot wait any longer. */
  readonly denial: Denial;
}

interface Waiter {
  readonly attempt: AttemptInfo;
  /** Position of the call in the order of arrival. */
  readonly number: number;
  /** Counter in whose queue the call waits. */
  counter: string;
  reserve(): ReserveResult | Promise<ReserveResult>;
  resolve(answer: Permit | Denial): void;
  reject(error: unknown): void;
  isReserving: boolean;
  /** Whether the wait has timed out or the call was aborted. */
  isOver: boolean;
}

/** Interval of retries for the first call of a queue, in milliseconds. Other processes may release reservations. */
const POLL_MS = 100;

/**
 * Queue of calls that wait until other calls settle their reservations, in order of arrival per counter. The first call of
 * each counter retries when a call of this process settles, and every 100 ms.
 */
export class HeldQueue {
  private readonly clock: Clock;
  private readonly timeoutMs: number;
  private readonly waiting = new Map<string, Waiter[]>();
  /** Counters whose queues `serve` is retrying. */
  private readonly serving = new Set<string>();
  /** Counters that were released while the first call of their queue was trying to reserve. */
  private readonly retryNeeded = new Set<string>();
  private arrivals = 0;
  private stopPolling: (() => void) | undefined;

  constructor(clock: Clock, longestMs: number) {
    this.clock = clock;
    this.timeoutMs = longestMs;
  }

  /** Returns a counter in whose queue a call with these claims must wait, or `undefined` if the call need not wait. */
  queuedCounter(claims: readonly Claim[]): string | undefined {
    return claims.find(({ counter, amount }) => amount > 0n && this.waiting.has(counter))?.counter;
  }

  /** Waits until `reserve` returns a permit or a final denial, but at most until the timeout or an abort. */
  wait(
    counter: string,
    attempt: AttemptInfo,
    reserve: () => ReserveResult | Promise<ReserveResult>,
  ): Promise<Permit | Denial> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        waiter.isOver = true;
        // A try that is in progress reads `isOver` when it ends.
        if (!waiter.isReserving) void this.lastTry(waiter);
      };
      const cancel = this.clock.timer(this.timeoutMs, end);
      attempt.signal.addEventListener('abort', end, { once: true });
      const release = (): void => {
        cancel();
        attempt.signal.removeEventListener('abort', end);
        this.remove(waiter);
      };
      const waiter: Waiter = {
        attempt,
        number: this.arrivals++,
        counter,
        reserve,
        isReserving: false,
        isOver: false,
        resolve(answer) {
          release();
          resolve(answer);
        },
        reject(error) {
          release();
          reject(error);
        },
      };
      this.insert(waiter);
    });
  }

  /** Retries the first call of each of these queues after reservations or limits have changed. */
  onRelease(counters: Iterable<string>): void {
    for (const counter of counters) if (this.waiting.has(counter)) void this.serve(counter);
  }

  retryAll(): void {
    this.onRelease([...this.waiting.keys()]);
  }

  /** Retries the calls of a queue in order, until one of them has to continue waiting. */
  private async serve(counter: string): Promise<void> {
    if (this.serving.has(counter)) {
      this.retryNeeded.add(counter);
      return;
    }
    this.serving.add(counter);
    do {
      this.retryNeeded.delete(counter);
      let first = this.waiting.get(counter)?.[0];
      // A first call that is reserving makes its last try, after which `lastTry` retries all queues.
      while (first !== undefined && !first.isReserving) {
        const heldOn = await this.tryOnce(first);
        if (heldOn === counter) break;
        if (heldOn !== undefined) this.move(first, heldOn);
        first = this.waiting.get(counter)?.[0];
      }
    } while (this.retryNeeded.has(counter));
    this.serving.delete(counter);
  }

  private async lastTry(waiter: Waiter): Promise<void> {
    await this.tryOnce(waiter);
    // `serve` stops at a call that is reserving, and the next call may fit although this one did not.
    this.retryAll();
  }

  /** Retries a call. Returns the counter for which the call must continue to wait, or `undefined` if the call has left the queue. */
  private async tryOnce(waiter: Waiter): Promise<string | undefined> {
    const { attempt } = waiter;
    if (attempt.signal.aborted || attempt.isLapsed === true) {
      waiter.resolve({ deny: 'the call ended while it waited for other calls to settle' });
      return undefined;
    }
    waiter.isReserving = true;
    try {
      const reserved = await waiter.reserve();
      if (!('heldOn' in reserved)) waiter.resolve(reserved);
      else if (waiter.isOver) waiter.resolve(reserved.denial);
      else return reserved.heldOn;
    } catch (error) {
      waiter.reject(error);
    } finally {
      waiter.isReserving = false;
    }
    return undefined;
  }

  private move(waiter: Waiter, counter: string): void {
    // The call may have left its queue while it tried to reserve, after a timeout or an abort.
    if (!this.remove(waiter)) return;
    waiter.counter = counter;
    this.insert(waiter);
  }

  private insert(waiter: Waiter): void {
    const queue = this.waiting.get(waiter.counter) ?? [];
    this.waiting.set(waiter.counter, queue);
    const later = queue.findIndex(({ number }) => number > waiter.number);
    queue.splice(later < 0 ? queue.length : later, 0, waiter);
    this.poll();
  }

  /** Removes a call from its queue and returns whether it was in the queue. */
  private remove(waiter: Waiter): boolean {
    const queue = this.waiting.get(waiter.counter) ?? [];
    const at = queue.indexOf(waiter);
    if (at < 0) return false;
    queue.splice(at, 1);
    if (queue.length === 0) this.waiting.delete(waiter.counter);
    if (this.waiting.size === 0) this.stopPolling?.();
    return true;
  }

  private poll(): void {
    if (this.stopPolling !== undefined) return;
    const cancel = this.clock.timer(
      POLL_MS,
      () => {
        this.stopPolling = undefined;
        if (this.waiting.size === 0) return;
        this.retryAll();
        this.poll();
      },
      { isBackground: true },
    );
    this.stopPolling = () => {
      cancel();
      this.stopPolling = undefined;
    };
  }
}
