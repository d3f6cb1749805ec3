import type { Clock, Timeouts } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';

type Phase = 'connect' | 'first-content' | 'idle' | 'complete';

interface Limits {
  readonly connectMs: number;
  readonly firstContentMs: number;
  readonly idleMs: number;
  readonly completeMs: number;
}

const DEFAULTS: Limits = { connectMs: 60_000, firstContentMs: 180_000, idleMs: 90_000, completeMs: 600_000 };

/**
 * The timers of one attempt. They run only while somebody waits for the model: a slow consumer trips none. One
 * platform timer at a time; it is set again only when a deadline comes nearer, so that a delta costs no timer call.
 */
export class Watch {
  private readonly clock: Clock;
  private readonly target: string;
  private readonly limits: Limits;
  private readonly isNonStreaming: boolean;
  private readonly began: number;
  private readonly onTimeout: (error: LlmError) => void;
  private readonly characters: () => number;
  private readonly pace: Pace | undefined;
  private readonly meter: PaceMeter | undefined;
  private connected = false;
  private hasContent = false;
  private waitingSince: number | undefined;
  private lastWait: number;
  private firesAt = Infinity;
  private cancel: (() => void) | undefined;

  constructor(options: {
    readonly clock: Clock;
    readonly target: string;
    readonly timeouts: Timeouts;
    readonly isNonStreaming: boolean;
    readonly pace?: Pace | undefined;
    /** Of the answer so far. */
    readonly characters?: () => number;
    readonly onTimeout: (error: LlmError) => void;
  }) {
    this.clock = options.clock;
    this.target = options.target;
    const { connectMs, firstContentMs, idleMs, completeMs } = options.timeouts;
    this.limits = {
      connectMs: limit(connectMs ?? DEFAULTS.connectMs),
      firstContentMs: limit(firstContentMs ?? DEFAULTS.firstContentMs),
      idleMs: limit(idleMs ?? DEFAULTS.idleMs),
      completeMs: limit(completeMs ?? DEFAULTS.completeMs),
    };
    this.isNonStreaming = options.isNonStreaming;
    this.onTimeout = options.onTimeout;
    this.characters = options.characters ?? (() => 0);
    this.pace = options.pace;
    this.meter = this.pace && new PaceMeter(this.pace);
    this.began = options.clock.now();
    this.lastWait = this.began;
  }

  /** Somebody begins to wait for the model's next step. */
  wait(): void {
    this.waitingSince = this.lastWait = this.clock.now();
    this.arm();
  }

  /** The step is there. */
  stepped(): void {
    if (this.hasContent) this.meter?.waited(this.clock.now() - this.lastWait);
    this.waitingSince = undefined;
    this.connected = true;
  }

  /** From now on only silence counts. */
  committed(): void {
    this.hasContent = true;
    this.meter?.begin(this.characters());
  }

  /** Until when the last wait may have lasted; `Infinity` without a limit. Epoch ms. */
  waitsUntil(): number {
    const { completeMs, idleMs, firstContentMs } = this.limits;
    if (this.isNonStreaming) return this.began + completeMs;
    return this.hasContent ? this.lastWait + idleMs : this.began + firstContentMs;
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.waitingSince = undefined;
  }

  private arm(): void {
    const at = this.deadline();
    if (at >= this.firesAt) return;
    this.cancel?.();
    this.firesAt = at;
    this.cancel = this.clock.timer(Math.max(0, at - this.clock.now()), () => {
      this.fired();
    });
  }

  private fired(): void {
    this.firesAt = Infinity;
    if (this.waitingSince === undefined) return;
    if (this.clock.now() < this.deadline()) this.arm();
    else this.onTimeout(this.timedOut());
  }

  /** When the wait has been too long; `Infinity` without a limit. A number, since every step of a stream asks. */
  private deadline(): number {
    const { began, limits } = this;
    switch (this.phase()) {
      case 'complete':
        return began + limits.completeMs;
      case 'idle':
        return (this.waitingSince ?? began) + Math.min(limits.idleMs, this.slowMs());
      case 'connect':
        return began + limits.connectMs;
      default:
        return began + limits.firstContentMs;
    }
  }

  /** How long this wait may be before the answer is too slow. */
  private slowMs(): number {
    return this.meter === undefined ? Infinity : this.meter.leftMs(this.characters());
  }

  private timedOut(): LlmError {
    const phase = this.phase();
    const isSlow = phase === 'idle' && this.slowMs() < this.limits.idleMs;
    return isSlow ? tooSlow(this.target, this.pace) : timedOut(this.target, phase, this.limits);
  }

  /** Whose limit comes next. */
  private phase(): Phase {
    if (this.isNonStreaming) return 'complete';
    if (this.hasContent) return 'idle';
    const { connectMs, firstContentMs } = this.limits;
    return !this.connected && connectMs < firstContentMs ? 'connect' : 'first-content';
  }
}

/** How long an attempt may show nothing before its timers end it, in ms. */
export const longestSilence = ({ firstContentMs, completeMs }: Timeouts, isWhole: boolean): number =>
  limit(isWhole ? (completeMs ?? DEFAULTS.completeMs) : (firstContentMs ?? DEFAULTS.firstContentMs));

/** 0 switches a limit off. */
const limit = (ms: number): number => (ms > 0 ? ms : Infinity);

const LIMIT: Readonly<Record<Phase, keyof Limits>> = {
  connect: 'connectMs',
  'first-content': 'firstContentMs',
  idle: 'idleMs',
  complete: 'completeMs',
};

const WHAT: Readonly<Record<Phase, string>> = {
  connect: 'did not answer',
  'first-content': 'sent no content',
  idle: 'fell silent',
  complete: 'did not finish',
};

function timedOut(target: string, phase: Phase, limits: Limits): LlmError {
  const ms = limits[LIMIT[phase]];
  return new LlmError('timeout', `${target} ${WHAT[phase]} within ${ms} ms`, { target, phase });
}

const tooSlow = (target: string, { charsPerSecond = 0, windowMs = 0 }: Partial<Pace> = {}): LlmError =>
  new LlmError(
    'timeout',
    `${target} gave fewer than ${charsPerSecond} characters a second for ${windowMs} ms`,
    {
      target,
      phase: 'slow',
    },
  );

/** How fast an answer has to come. */
export interface Pace {
  readonly charsPerSecond: number;
  readonly windowMs: number;
}

/**
 * Measures an answer in windows, one after the other, of the time in which somebody waited for the model: a reader that is
 * slow itself makes no answer slow.
 */
class PaceMeter {
  private readonly windowMs: number;
  /** Characters that a window must bring. */
  private readonly least: number;
  private waitedMs = 0;
  /** Characters that had come when the window began. */
  private before = 0;

  constructor({ charsPerSecond, windowMs }: Pace) {
    this.windowMs = windowMs;
    this.least = (charsPerSecond * windowMs) / 1000;
  }

  /** Somebody waited for the model that long. */
  waited(ms: number): void {
    this.waitedMs += ms;
  }

  /** How long may be waited on from here; `Infinity` where the window has what it needs. */
  leftMs(characters: number): number {
    if (characters - this.before >= this.least) {
      if (this.waitedMs >= this.windowMs) this.begin(characters);
      return Infinity;
    }
    // What comes at its very end is of the window.
    return this.windowMs - this.waitedMs + 1;
  }

  /** A window begins with what comes from now on. */
  begin(characters: number): void {
    this.before = characters;
    this.waitedMs = 0;
  }
}

/** How long gates may think before nobody believes any more that somebody waits for them, in ms. */
const LONGEST_ADMISSION_MS = 900_000;
/** What clocks and busy loops are forgiven, in ms. */
const SLACK_MS = 1000;

/**
 * Tells from outside whether an attempt can still be running. On some platforms a request's timers and promises die with
 * its context, and nobody gives back what it holds: whoever needs it next asks here, by the clock.
 */
export class Lease {
  private readonly clock: Clock;
  private readonly unreadMs: number;
  private readonly began: number;
  private watch: Watch | undefined;

  constructor(clock: Clock, unreadMs: number) {
    this.clock = clock;
    this.unreadMs = unreadMs;
    this.began = clock.now();
  }

  /** The gates have answered: from here on the attempt's own limits count. */
  begun(watch: Watch): void {
    this.watch = watch;
  }

  get isLapsed(): boolean {
    const until =
      this.watch === undefined ? this.began + LONGEST_ADMISSION_MS : this.watch.waitsUntil() + this.unreadMs;
    return this.clock.now() > until + SLACK_MS;
  }
}
