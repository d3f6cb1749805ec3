import type { Clock, Timeouts } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';

type Phase = 'connect' | 'first-content' | 'idle' | 'complete';

const DEFAULTS = { connectMs: 60_000, firstContentMs: 180_000, idleMs: 90_000, completeMs: 600_000 };
type Limits = Readonly<typeof DEFAULTS>;

interface TimerOptions {
  readonly clock: Clock;
  readonly target: string;
  readonly timeouts: Timeouts;
  readonly isNonStreaming: boolean;
  readonly pace?: Pace | undefined;
  readonly characters: () => number;
  readonly onTimeout: (error: LlmError) => void;
}

/**
 * Timers of one attempt. The timers run only while the call waits for the model, so a slow reader causes no timeout. Only one
 * platform timer exists at a time. Only an earlier deadline replaces the timer, so most deltas start no timer.
 */
export class AttemptTimers {
  private readonly options: TimerOptions;
  private readonly limits: Limits;
  private readonly startedAt: number;
  private readonly meter: PaceMeter | undefined;
  private isConnected = false;
  private isCommitted = false;
  /** Whether the call waits for the model. */
  private isWaiting = false;
  /** Start of the current or last wait. */
  private lastWaitAt: number;
  /** Time at which the platform timer fires, in epoch milliseconds; `Infinity` if none is set. */
  private firesAt = Infinity;
  private cancel: (() => void) | undefined;

  constructor(options: TimerOptions) {
    this.options = options;
    this.limits = limitsOf(options.timeouts);
    this.meter = options.pace && new PaceMeter(options.pace);
    this.startedAt = options.clock.now();
    this.lastWaitAt = this.startedAt;
  }

  startWait(): void {
    this.isWaiting = true;
    this.lastWaitAt = this.options.clock.now();
    this.arm();
  }

  endWait(): void {
    if (this.isCommitted) this.meter?.addWait(this.options.clock.now() - this.lastWaitAt);
    this.isWaiting = false;
    this.isConnected = true;
  }

  /** Records the first content. After it, only the idle time and the pace of a streamed attempt are limited. */
  commit(): void {
    this.isCommitted = true;
    this.meter?.startWindow(this.options.characters());
  }

  /** Returns the latest time at which the current or last wait can end, in epoch milliseconds; `Infinity` without a limit. */
  waitsUntil(): number {
    const { completeMs, idleMs, firstContentMs } = this.limits;
    if (this.options.isNonStreaming) return this.startedAt + completeMs;
    return this.isCommitted ? this.lastWaitAt + idleMs : this.startedAt + firstContentMs;
  }

  stop(): void {
    this.cancel?.();
    this.isWaiting = false;
  }

  private arm(): void {
    const { clock } = this.options;
    const at = this.deadline();
    if (at >= this.firesAt) return;
    this.cancel?.();
    this.firesAt = at;
    this.cancel = clock.timer(Math.max(0, at - clock.now()), () => {
      this.onTimer();
    });
  }

  private onTimer(): void {
    this.firesAt = Infinity;
    if (!this.isWaiting) return;
    if (this.options.clock.now() < this.deadline()) this.arm();
    else this.options.onTimeout(this.timeoutError());
  }

  /** Returns the time at which the current wait exceeds its limit, in epoch milliseconds; `Infinity` without a limit. */
  private deadline(): number {
    const phase = this.phase();
    const limitMs = this.limits[LIMIT[phase]];
    if (phase !== 'idle') return this.startedAt + limitMs;
    return this.lastWaitAt + Math.min(limitMs, this.paceLimitMs());
  }

  /** Returns the duration of the current wait after which the answer is too slow, in milliseconds. */
  private paceLimitMs(): number {
    return this.meter === undefined ? Infinity : this.meter.remainingMs(this.options.characters());
  }

  private timeoutError(): LlmError {
    const { target, pace } = this.options;
    const phase = this.phase();
    const isSlow = phase === 'idle' && this.paceLimitMs() < this.limits.idleMs;
    return isSlow && pace ? paceError(target, pace) : phaseError(target, phase, this.limits);
  }

  private phase(): Phase {
    if (this.options.isNonStreaming) return 'complete';
    if (this.isCommitted) return 'idle';
    const { connectMs, firstContentMs } = this.limits;
    // Both limits begin with the attempt, so only the shorter one has an effect.
    return !this.isConnected && connectMs < firstContentMs ? 'connect' : 'first-content';
  }
}

/** Returns the maximum time before the first content of an attempt, in milliseconds; `Infinity` without a limit. */
export const maxSilenceMs = (timeouts: Timeouts, isNonStreaming: boolean): number =>
  limitsOf(timeouts)[isNonStreaming ? 'completeMs' : 'firstContentMs'];

/** Returns the limits with their defaults. 0 disables a limit. */
function limitsOf(timeouts: Timeouts): Limits {
  const limitOf = (name: keyof Limits): number => orInfinity(timeouts[name] ?? DEFAULTS[name]);
  return {
    connectMs: limitOf('connectMs'),
    firstContentMs: limitOf('firstContentMs'),
    idleMs: limitOf('idleMs'),
    completeMs: limitOf('completeMs'),
  };
}

/** Returns a time limit of an option, of which 0 means no limit. */
export const orInfinity = (ms: number): number => (ms > 0 ? ms : Infinity);

const LIMIT: Readonly<Record<Phase, keyof Limits>> = {
  connect: 'connectMs',
  'first-content': 'firstContentMs',
  idle: 'idleMs',
  complete: 'completeMs',
};

const PROBLEM: Readonly<Record<Phase, string>> = {
  connect: 'did not answer',
  'first-content': 'sent no content',
  idle: 'sent nothing more',
  complete: 'did not finish',
};

function phaseError(target: string, phase: Phase, limits: Limits): LlmError {
  const ms = limits[LIMIT[phase]];
  return new LlmError(
    'timeout',
    `${target} ${PROBLEM[phase]} within ${ms} ms; raise timeouts.${LIMIT[phase]}`,
    { phase },
  );
}

const paceError = (target: string, { charsPerSecond, windowMs }: Pace): LlmError =>
  new LlmError(
    'timeout',
    `${target} sent fewer than ${charsPerSecond} characters per second for ${windowMs} ms; lower leastCharsPerSecond`,
    { phase: 'slow' },
  );

/** Minimum speed of a streamed answer. */
export interface Pace {
  readonly charsPerSecond: number;
  readonly windowMs: number;
}

/** Meter of the speed of an answer in consecutive windows. Only the time spent waiting for the model is measured. */
class PaceMeter {
  private readonly windowMs: number;
  /** Minimum number of characters that must arrive in a window. */
  private readonly minCharacters: number;
  private waitedMs = 0;
  /** Characters received before the current window. */
  private charactersBefore = 0;

  constructor({ charsPerSecond, windowMs }: Pace) {
    this.windowMs = windowMs;
    this.minCharacters = (charsPerSecond * windowMs) / 1000;
  }

  addWait(ms: number): void {
    this.waitedMs += ms;
  }

  /** Returns the maximum duration of the next wait, in milliseconds; `Infinity` if the window already has enough characters. */
  remainingMs(characters: number): number {
    if (characters - this.charactersBefore >= this.minCharacters) {
      if (this.waitedMs >= this.windowMs) this.startWindow(characters);
      return Infinity;
    }
    // Content that arrives exactly at the end of the window is counted in this window.
    return this.windowMs - this.waitedMs + 1;
  }

  startWindow(characters: number): void {
    this.charactersBefore = characters;
    this.waitedMs = 0;
  }
}
