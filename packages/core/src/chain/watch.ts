import { LlmError } from '../error/llm-error.ts';
import type { Timeouts } from '../model/call.ts';
import type { Clock } from '../model/clock.ts';

type Phase = 'connect' | 'first-content' | 'idle' | 'whole';

interface Limits {
  readonly connectMs: number;
  readonly firstContentMs: number;
  readonly idleMs: number;
  readonly wholeMs: number;
}

const DEFAULTS: Limits = { connectMs: 60_000, firstContentMs: 180_000, idleMs: 90_000, wholeMs: 600_000 };

/**
 * The timers of one attempt. They run only while somebody waits for the model: a slow consumer trips none. One
 * platform timer at a time; it is set anew only when a deadline comes nearer, so that a delta costs no timer call.
 */
export class Watch {
  private readonly clock: Clock;
  private readonly target: string;
  private readonly limits: Limits;
  private readonly whole: boolean;
  private readonly began: number;
  private readonly onTimeout: (error: LlmError) => void;
  private connected = false;
  private hasContent = false;
  private waitingSince: number | undefined;
  private firesAt = Infinity;
  private cancel: (() => void) | undefined;

  constructor(options: {
    readonly clock: Clock;
    readonly target: string;
    readonly timeouts: Timeouts;
    readonly whole: boolean;
    readonly onTimeout: (error: LlmError) => void;
  }) {
    this.clock = options.clock;
    this.target = options.target;
    const { connectMs, firstContentMs, idleMs, wholeMs } = options.timeouts;
    this.limits = {
      connectMs: connectMs ?? DEFAULTS.connectMs,
      firstContentMs: firstContentMs ?? DEFAULTS.firstContentMs,
      idleMs: idleMs ?? DEFAULTS.idleMs,
      wholeMs: wholeMs ?? DEFAULTS.wholeMs,
    };
    this.whole = options.whole;
    this.onTimeout = options.onTimeout;
    this.began = options.clock.now();
  }

  /** Somebody begins to wait for the model's next step. */
  wait(): void {
    this.waitingSince = this.clock.now();
    this.arm();
  }

  /** The step is there. */
  stepped(): void {
    this.waitingSince = undefined;
    this.connected = true;
  }

  /** From now on only silence counts. */
  committed(): void {
    this.hasContent = true;
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.waitingSince = undefined;
  }

  private arm(): void {
    const { at } = this.deadline();
    if (at >= this.firesAt || at === Infinity) return;
    this.cancel?.();
    this.firesAt = at;
    this.cancel = this.clock.timer(Math.max(0, at - this.clock.now()), () => {
      this.fired();
    });
  }

  private fired(): void {
    this.firesAt = Infinity;
    this.cancel = undefined;
    if (this.waitingSince === undefined) return;
    const { at, phase, ms } = this.deadline();
    if (this.clock.now() >= at) this.onTimeout(timedOut(this.target, phase, ms));
    else this.arm();
  }

  private deadline(): { at: number; phase: Phase; ms: number } {
    const { connectMs, firstContentMs, idleMs, wholeMs } = this.limits;
    if (this.whole) return after(this.began, wholeMs, 'whole');
    if (this.hasContent) return after(this.waitingSince ?? this.began, idleMs, 'idle');
    const content = after(this.began, firstContentMs, 'first-content');
    const connect = after(this.began, connectMs, 'connect');
    return !this.connected && connect.at < content.at ? connect : content;
  }
}

const after = (from: number, ms: number, phase: Phase): { at: number; phase: Phase; ms: number } => ({
  at: ms > 0 ? from + ms : Infinity,
  phase,
  ms,
});

const WHAT: Readonly<Record<Phase, string>> = {
  connect: 'did not answer',
  'first-content': 'sent no content',
  idle: 'fell silent',
  whole: 'did not finish',
};

const timedOut = (target: string, phase: Phase, ms: number): LlmError =>
  new LlmError('timeout', `${target} ${WHAT[phase]} within ${ms} ms`, { target, phase });
