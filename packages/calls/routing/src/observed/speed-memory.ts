import type { Attempt, CallEvent } from '@majordomo/core';
import { setNewest } from '@majordomo/core/toolkit';
import { NEUTRAL } from '../neutral.ts';
import { RecentValues } from './recent-values.ts';

const MAX_TARGETS = 500;
const MAX_PENDING = 10_000;

/** Typical speed, which is rated 0.5: first content after one second, and 50 tokens per second. */
const TYPICAL_FIRST_MS = 1000;
const TYPICAL_RATE = 50;
/** Minimum number of tokens of a response for which a rate is measured. */
const MIN_TOKENS = 16;
/**
 * Minimum share of an attempt's duration after the first content. Below it, the response arrived at once, because it was not
 * streamed. Its first content then came only when the response was complete, so the rate is that of the complete time.
 */
const MIN_STREAMED_SHARE = 0.1;

interface TargetSpeed {
  /** Time to the first content, in milliseconds. */
  readonly first: RecentValues;
  /** Tokens per second after the first content. */
  readonly rate: RecentValues;
}

/** First content of an attempt that has not ended. */
interface PendingFirst {
  readonly target: string;
  /** Time from the start of the attempt to its first content, in milliseconds. */
  readonly ms: number;
}

/** Recent speeds of targets, measured from call events. */
export class SpeedMemory {
  private readonly now: () => number;
  private readonly targets = new Map<string, TargetSpeed>();
  /** Attempts with content that have not ended, by call id. At any time, at most one attempt of a call has content. */
  private readonly pending = new Map<string, PendingFirst>();

  constructor(now: () => number) {
    this.now = now;
  }

  onEvent(event: CallEvent): void {
    if (event.type !== 'committed' && event.type !== 'attempt-end') return;
    if ((event.call.operation ?? 'chat') !== 'chat') return;
    if (event.type === 'committed') {
      setNewest(this.pending, event.call.id, { target: event.target, ms: event.msToFirst }, MAX_PENDING);
      return;
    }
    const first = this.pending.get(event.call.id);
    const belongsToAttempt = first?.target === event.result.target;
    if (belongsToAttempt) this.pending.delete(event.call.id);
    this.onAttemptEnd(event.result, belongsToAttempt ? first.ms : undefined);
  }

  /** Returns the speed of a target from 0 to 1, which approaches 0.5 as measurements age. */
  speedOf(target: string): number {
    const speed = this.targets.get(target);
    const now = this.now();
    const first = speed?.first.at(now);
    const rate = speed?.rate.at(now);
    const known = [
      ...(first === undefined
        ? []
        : [{ ...first, share: TYPICAL_FIRST_MS / (TYPICAL_FIRST_MS + first.median) }]),
      ...(rate === undefined ? [] : [{ ...rate, share: rate.median / (rate.median + TYPICAL_RATE) }]),
    ];
    if (known.length === 0) return NEUTRAL;
    const share = known.reduce((sum, each) => sum + each.share, 0) / known.length;
    const weight = Math.max(...known.map((each) => each.weight));
    // Few or old measurements have a low weight.
    const confidence = weight / (weight + 1);
    return NEUTRAL + (share - NEUTRAL) * confidence;
  }

  private onAttemptEnd(attempt: Attempt, firstMs: number | undefined): void {
    if (attempt.outcome === 'skipped') return;
    if (firstMs === undefined) this.onNoContent(attempt);
    else this.onContent(attempt, firstMs);
  }

  /** Records the time of an attempt without content if the first content would have taken at least this time. */
  private onNoContent({ target, outcome, ms, error }: Attempt): void {
    // `completeMs` limits only non-streaming attempts, whose time to the first content is unknown.
    const isFirstContentLate = error?.kind === 'timeout' && error.details.phase !== 'complete';
    // An attempt is abandoned at any time, such as the loser of a hedge. Only a slow one shows that the target is slow.
    const usualMs = this.targets.get(target)?.first.at(this.now())?.median ?? TYPICAL_FIRST_MS;
    const isSlow = outcome === 'abandoned' && ms > usualMs;
    if (isFirstContentLate || isSlow) this.speedFor(target).first.add(ms, this.now());
  }

  private onContent({ target, outcome, ms, usage }: Attempt, firstMs: number): void {
    const tokens = outcome === 'finished' ? usage?.output : undefined;
    const hasRate = tokens !== undefined && tokens >= MIN_TOKENS;
    const streamedMs = ms - firstMs;
    const arrivedAtOnce = hasRate && streamedMs < ms * MIN_STREAMED_SHARE;
    const speed = this.speedFor(target);
    const now = this.now();
    if (!arrivedAtOnce) speed.first.add(firstMs, now);
    const seconds = (arrivedAtOnce ? ms : streamedMs) / 1000;
    if (hasRate && seconds > 0) speed.rate.add(tokens / seconds, now);
  }

  private speedFor(target: string): TargetSpeed {
    const targetSpeed = this.targets.get(target) ?? { first: new RecentValues(), rate: new RecentValues() };
    setNewest(this.targets, target, targetSpeed, MAX_TARGETS);
    return targetSpeed;
  }
}
