import type { Attempt, CallEvent } from '@majordomo/core';
import { NEUTRAL } from '../neutral.ts';
import { RecentValues } from './recent-values.ts';

const MAX_TARGETS = 500;
const MAX_PENDING = 10_000;

/** A first content after 1 s, and 50 tokens a second, are what is neither fast nor slow. */
const TYPICAL_FIRST_MS = 1000;
const TYPICAL_RATE = 50;
/** Fewer tokens tell no rate. */
const MIN_TOKENS = 16;
/** An answer that comes within so much of its time came at once. */
const AT_ONCE = 0.1;

interface TargetSpeed {
  /** Milliseconds to the first content. */
  readonly first: RecentValues;
  /** Tokens a second after it. */
  readonly rate: RecentValues;
}

/** An attempt's first content. */
interface PendingFirst {
  readonly target: string;
  /** From its beginning. */
  readonly ms: number;
}

/** How fast targets were of late, as the events of calls tell it. */
export class SpeedMemory {
  private readonly now: () => number;
  private readonly targets = new Map<string, TargetSpeed>();
  /** The one that was seen last stands last already. */
  private latest: { readonly target: string; readonly targetSpeed: TargetSpeed } | undefined;
  /** By the call's id, its attempt that has shown something and not yet ended: one at a time, however many are under way. */
  private readonly pending = new Map<string, PendingFirst>();

  constructor(now: () => number) {
    this.now = now;
  }

  onEvent(event: CallEvent): void {
    if (event.type !== 'committed' && event.type !== 'attempt-end') return;
    if ((event.call.operation ?? 'chat') !== 'chat') return;
    if (event.type === 'committed') {
      put(this.pending, event.call.id, { target: event.target, ms: event.msToFirst }, MAX_PENDING);
      return;
    }
    const shown = this.pending.get(event.call.id);
    const isIts = shown?.target === event.result.target;
    if (isIts) this.pending.delete(event.call.id);
    this.onAttemptEnd(event.result, isIts ? shown.ms : undefined);
  }

  /** 0 to 1; nears 0.5 as what was seen grows old. */
  speedOf(target: string): number {
    const seen = this.targets.get(target);
    const now = this.now();
    const first = seen?.first.at(now);
    const rate = seen?.rate.at(now);
    const known = [
      ...(first === undefined
        ? []
        : [{ ...first, share: TYPICAL_FIRST_MS / (TYPICAL_FIRST_MS + first.median) }]),
      ...(rate === undefined ? [] : [{ ...rate, share: rate.median / (rate.median + TYPICAL_RATE) }]),
    ];
    if (known.length === 0) return NEUTRAL;
    const share = known.reduce((sum, each) => sum + each.share, 0) / known.length;
    const weight = Math.max(...known.map((each) => each.weight));
    return NEUTRAL + (share - NEUTRAL) * (weight / (weight + 1));
  }

  private onAttemptEnd({ target, outcome, ms, usage, error }: Attempt, firstMs: number | undefined): void {
    if (outcome === 'skipped') return;
    if (firstMs === undefined) {
      if (error?.kind === 'timeout' && error.details.phase !== 'complete')
        this.seen(target).first.add(ms, this.now());
      else if (outcome === 'abandoned') this.onAbandoned(target, ms);
      return;
    }
    const tokens = outcome === 'finished' ? (usage?.output ?? 0) : 0;
    const atOnce = tokens >= MIN_TOKENS && ms - firstMs < ms * AT_ONCE;
    const seen = this.seen(target);
    const now = this.now();
    if (!atOnce) seen.first.add(firstMs, now);
    const seconds = (atOnce ? ms : ms - firstMs) / 1000;
    if (tokens >= MIN_TOKENS && seconds > 0) seen.rate.add(tokens / seconds, now);
  }

  /** Nobody waited for its first content, as when another attempt was faster: it says something where it took long. */
  private onAbandoned(target: string, ms: number): void {
    const usual = this.targets.get(target)?.first.at(this.now())?.median ?? TYPICAL_FIRST_MS;
    if (ms > usual) this.seen(target).first.add(ms, this.now());
  }

  private seen(target: string): TargetSpeed {
    if (this.latest?.target === target) return this.latest.targetSpeed;
    const targetSpeed = this.targets.get(target) ?? { first: new RecentValues(), rate: new RecentValues() };
    this.targets.delete(target);
    put(this.targets, target, targetSpeed, MAX_TARGETS);
    this.latest = { target, targetSpeed };
    return targetSpeed;
  }
}

/** The oldest entry gives way. */
function put<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.set(key, value);
  const oldest = map.size > most ? map.keys().next() : undefined;
  if (oldest?.done === false) map.delete(oldest.value);
}
