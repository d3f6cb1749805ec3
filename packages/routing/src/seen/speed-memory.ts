import type { Attempt, CallEvent } from '@majordomo/core';
import { NEUTRAL } from '../neutral.ts';
import { Recent } from './recent.ts';

const MOST_TARGETS = 500;
const MOST_PENDING = 10_000;

/** A first content after 1 s, and 50 tokens a second, are what is neither fast nor slow. */
const USUAL_FIRST_MS = 1000;
const USUAL_RATE = 50;
/** Fewer tokens tell no rate. */
const LEAST_TOKENS = 16;
/** An answer that comes within so much of its time came at once. */
const AT_ONCE = 0.1;

interface Seen {
  /** Milliseconds to the first content. */
  readonly first: Recent;
  /** Tokens a second after it. */
  readonly rate: Recent;
}

/** An attempt's first content. */
interface Shown {
  readonly target: string;
  /** From its beginning. */
  readonly ms: number;
}

/** How fast targets were of late, as the events of calls tell it. */
export class SpeedMemory {
  private readonly now: () => number;
  private readonly targets = new Map<string, Seen>();
  /** The one that was seen last stands last already. */
  private latest: { readonly target: string; readonly seen: Seen } | undefined;
  /** By the call's id, its attempt that has shown something and not yet ended: one at a time, however many are under way. */
  private readonly pending = new Map<string, Shown>();

  constructor(now: () => number) {
    this.now = now;
  }

  onEvent(event: CallEvent): void {
    if (event.type !== 'committed' && event.type !== 'attempt-end') return;
    if ((event.call.operation ?? 'chat') !== 'chat') return;
    if (event.type === 'committed') {
      put(this.pending, event.call.id, { target: event.target, ms: event.msToFirst }, MOST_PENDING);
      return;
    }
    const shown = this.pending.get(event.call.id);
    const isIts = shown?.target === event.result.target;
    if (isIts) this.pending.delete(event.call.id);
    this.ended(event.result, isIts ? shown.ms : undefined);
  }

  /** 0 to 1; nears 0.5 as what was seen grows old. */
  speedOf(target: string): number {
    const seen = this.targets.get(target);
    const now = this.now();
    const first = seen?.first.at(now);
    const rate = seen?.rate.at(now);
    const known = [
      ...(first === undefined ? [] : [{ ...first, share: USUAL_FIRST_MS / (USUAL_FIRST_MS + first.median) }]),
      ...(rate === undefined ? [] : [{ ...rate, share: rate.median / (rate.median + USUAL_RATE) }]),
    ];
    if (known.length === 0) return NEUTRAL;
    const share = known.reduce((sum, each) => sum + each.share, 0) / known.length;
    const weight = Math.max(...known.map((each) => each.weight));
    return NEUTRAL + (share - NEUTRAL) * (weight / (weight + 1));
  }

  private ended({ target, outcome, ms, usage, error }: Attempt, firstMs: number | undefined): void {
    if (outcome === 'skipped') return;
    if (firstMs === undefined) {
      if (error?.kind === 'timeout' && error.details.phase !== 'complete')
        this.seen(target).first.saw(ms, this.now());
      else if (outcome === 'abandoned') this.gaveUp(target, ms);
      return;
    }
    const tokens = outcome === 'finished' ? (usage?.output ?? 0) : 0;
    const atOnce = tokens >= LEAST_TOKENS && ms - firstMs < ms * AT_ONCE;
    const seen = this.seen(target);
    const now = this.now();
    if (!atOnce) seen.first.saw(firstMs, now);
    const seconds = (atOnce ? ms : ms - firstMs) / 1000;
    if (tokens >= LEAST_TOKENS && seconds > 0) seen.rate.saw(tokens / seconds, now);
  }

  /** Nobody waited for its first content, as when another attempt was faster: it says something where it took long. */
  private gaveUp(target: string, ms: number): void {
    const usual = this.targets.get(target)?.first.at(this.now())?.median ?? USUAL_FIRST_MS;
    if (ms > usual) this.seen(target).first.saw(ms, this.now());
  }

  private seen(target: string): Seen {
    if (this.latest?.target === target) return this.latest.seen;
    const seen = this.targets.get(target) ?? { first: new Recent(), rate: new Recent() };
    this.targets.delete(target);
    put(this.targets, target, seen, MOST_TARGETS);
    this.latest = { target, seen };
    return seen;
  }
}

/** The oldest entry gives way. */
function put<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.set(key, value);
  const oldest = map.size > most ? map.keys().next() : undefined;
  if (oldest?.done === false) map.delete(oldest.value);
}
