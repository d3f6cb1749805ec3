import type { Target } from '../resolve/resolve.ts';
import type { CallInfo } from '../types/call-options.ts';
import type { Attempt, LlmError } from '../types/llm-error.ts';
import type { ChatResponse } from '../types/response.ts';
import type { Emit } from '../util/listeners.ts';

/** A target that is not asked, and why. */
export interface PassedOver {
  readonly why: 'benched' | 'unsupported' | 'denied';
  readonly error: LlmError;
  /** Epoch ms, of a bench. */
  readonly until: number | undefined;
  /** May the next target be tried? */
  readonly advance: boolean;
}

/** What happened in one call: keeps the attempts, tells the observers. Without observers no event is made. */
export class CallRecord {
  private list: Attempt[] = [];
  private readonly call: CallInfo;
  private readonly emit: Emit | undefined;
  private hasStarted = false;
  private benched = 0;

  constructor(call: CallInfo, emit: Emit | undefined) {
    this.call = call;
    this.emit = emit;
  }

  /** Those so far: what comes later does not change them. */
  get attempts(): readonly Attempt[] {
    return [...this.list];
  }

  /** Has any target been asked? */
  get hasAttempt(): boolean {
    return this.list.some(({ outcome }) => outcome !== 'skipped');
  }

  /** Was any target passed over since it was benched? */
  get hasBenched(): boolean {
    return this.benched > 0;
  }

  callStart(targets: readonly string[]): void {
    if (this.hasStarted) return;
    this.hasStarted = true;
    this.emit?.({ type: 'call-start', call: this.call, targets });
  }

  /** `result`: events have the answers of chats; those of other operations are too large for a log. */
  callEnd(outcome: 'finished' | 'failed' | 'abandoned', result: unknown, error?: LlmError): void {
    this.callStart([]);
    const { call, attempts } = this;
    const response = call.operation === 'chat' ? (result as ChatResponse | undefined) : undefined;
    this.emit?.({ type: 'call-end', call, outcome, response, error, attempts });
  }

  skipped(place: Target, { why, error, until }: PassedOver): void {
    const target = place.key;
    if (why === 'benched') this.benched++;
    this.list.push(skippedAttempt(place, error));
    this.emit?.({ type: 'target-skipped', call: this.call, target, why, until });
  }

  /** An attempt ended before it began: its credential is benched. Its end is recorded like that of any other. */
  foundBenched(target: string, until: number): void {
    this.benched++;
    this.emit?.({ type: 'target-skipped', call: this.call, target, why: 'benched', until });
  }

  /** A chain that waits for its targets would list the same skips again and again. */
  forgetSkips(): void {
    this.list = this.list.filter(({ outcome }) => outcome !== 'skipped');
    this.benched = 0;
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
    this.list.push(result);
    this.emit?.({ type: 'attempt-end', call: this.call, attempt, result });
  }

  health(type: 'benched' | 'probed' | 'recovered', target: string, until?: number): void {
    this.emit?.({ type, call: this.call, target, until });
  }
}

/** What every record says of its target. */
export const attemptOf = ({
  key,
  provider: { vendor, billing },
  modelId,
  name,
}: Target): Pick<Attempt, 'target' | 'vendor' | 'billing' | 'model' | 'name'> => ({
  target: key,
  model: modelId,
  ...(vendor !== undefined && { vendor }),
  ...(billing !== undefined && { billing }),
  ...(name !== undefined && { name }),
});

/** The record of a target that was not asked. */
export const skippedAttempt = (place: Target, error: LlmError | undefined): Attempt => ({
  ...attemptOf(place),
  outcome: 'skipped',
  error,
  usage: undefined,
  ms: 0,
});
