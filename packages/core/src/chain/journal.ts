import type { LlmError } from '../contract/llm-error.ts';
import type { CallInfo } from '../contract/call.ts';
import type { Attempt } from '../contract/llm-error.ts';
import type { ChatResponse } from '../contract/response.ts';
import type { Usage } from '../contract/usage.ts';
import type { Emit } from '../observe/emit.ts';

type Skip = 'benched' | 'unsupported' | 'denied';

/** What happened in one call: keeps the attempts, tells the observers. Without observers no event is made. */
export class Journal {
  attempts: Attempt[] = [];
  private readonly call: CallInfo;
  private readonly emit: Emit | undefined;
  private started = false;

  constructor(call: CallInfo, emit: Emit | undefined) {
    this.call = call;
    this.emit = emit;
  }

  callStart(targets: readonly string[]): void {
    if (this.started) return;
    this.started = true;
    this.emit?.({ type: 'call-start', call: this.call, targets });
  }

  callEnd(outcome: 'finished' | 'failed' | 'abandoned', response?: ChatResponse, error?: LlmError): void {
    this.callStart([]);
    const { call, attempts } = this;
    this.emit?.({ type: 'call-end', call, outcome, response, error, attempts });
  }

  skipped(target: string, why: Skip, error: LlmError, until: number | undefined): void {
    this.attempts.push({ target, outcome: 'skipped', error, usage: undefined, ms: 0 });
    this.emit?.({ type: 'target-skipped', call: this.call, target, why, until });
  }

  /** A chain that waits for its targets would list the same skips again and again. */
  forgetSkips(): void {
    this.attempts = this.attempts.filter(({ outcome }) => outcome !== 'skipped');
  }

  attemptStart(target: string, attempt: number): void {
    this.emit?.({ type: 'attempt-start', call: this.call, target, attempt });
  }

  committed(target: string, msToFirst: number): void {
    this.emit?.({ type: 'committed', call: this.call, target, msToFirst });
  }

  attemptFailed(target: string, attempt: number, error: LlmError, willRetryInMs: number | undefined): void {
    this.emit?.({ type: 'attempt-failed', call: this.call, target, attempt, error, willRetryInMs });
  }

  attemptEnd(attempt: number, result: Attempt): void {
    this.attempts.push(result);
    this.emit?.({ type: 'attempt-end', call: this.call, attempt, result });
  }

  health(type: 'benched' | 'probed' | 'recovered', target: string, until?: number): void {
    this.emit?.({ type, call: this.call, target, until });
  }
}

export const attemptRecord = (
  target: string,
  outcome: Attempt['outcome'],
  ms: number,
  error?: LlmError,
  usage?: Usage,
): Attempt => ({ target, outcome, error, usage, ms });
