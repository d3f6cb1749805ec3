import { asLlmError } from '../errors/error-kind.ts';
import type { Target } from '../resolve/resolve.ts';
import type { Answer } from '../stream/accumulator.ts';
import type { CallEvent, CallInfo } from '../types/call-options.ts';
import type { AttemptInfo } from '../types/gate.ts';
import { type Attempt as AttemptRecord, type LlmError, withDetails } from '../types/llm-error.ts';
import type { ClassificationResponse } from '../types/operations.ts';
import type { ChatResponse } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';
import type { Emit } from '../util/listeners.ts';
import type { ChainSettings } from './settings.ts';
import { reclassified } from './verdict.ts';

/** Target that the call did not contact, and the reason. */
export interface SkippedTarget {
  readonly why: 'benched' | 'unsupported' | 'denied';
  readonly error: LlmError;
  /** End of the bench, in epoch milliseconds; `undefined` if the target is not benched. */
  readonly until: number | undefined;
  /** Whether the call may try the next target. */
  readonly advance: boolean;
}

type EventOf<Type extends CallEvent['type']> = Omit<Extract<CallEvent, { readonly type: Type }>, 'call'>;
type AttemptEvent =
  | EventOf<'attempt-start'>
  | EventOf<'committed'>
  | EventOf<'attempt-failed'>
  | EventOf<'benched' | 'probed' | 'recovered'>;

/** Log of the attempts of one call, which also emits the events of the call. */
export class CallLog {
  /** Whether any target was skipped because it is benched. */
  hasBenched = false;
  private records: AttemptRecord[] = [];
  private readonly call: CallInfo;
  private readonly emit: Emit | undefined;
  private hasStarted = false;

  constructor(call: CallInfo, emit: Emit | undefined) {
    this.call = call;
    this.emit = emit;
  }

  /** Copy of the attempts recorded so far. */
  get attempts(): readonly AttemptRecord[] {
    return [...this.records];
  }

  /** Whether any target was contacted. */
  get hasAttempt(): boolean {
    return this.records.some(({ outcome }) => outcome !== 'skipped');
  }

  callStart(targets: readonly string[]): void {
    if (this.hasStarted) return;
    this.hasStarted = true;
    this.emit?.({ type: 'call-start', call: this.call, targets });
  }

  /** Emits the end of the call. The event contains the result of a chat and of a classification. Other results are too large for a log. */
  callEnd(outcome: 'finished' | 'failed' | 'abandoned', result: unknown, error?: LlmError): void {
    // A call that failed before its targets were known has not emitted its start.
    this.callStart([]);
    const { call, attempts } = this;
    const isClassified = call.operation === 'classification' && result !== undefined;
    this.emit?.({
      type: 'call-end',
      call,
      outcome,
      response: call.operation === 'chat' ? (result as ChatResponse | undefined) : undefined,
      ...(isClassified && { answers: (result as ClassificationResponse).answers }),
      error,
      attempts,
    });
  }

  targetSkipped(target: Target, { why, error, until }: SkippedTarget): void {
    if (why === 'benched') this.hasBenched = true;
    this.records.push(skippedAttempt(target, error));
    this.emit?.({ type: 'target-skipped', call: this.call, target: target.key, why, until });
  }

  /** Reports that an attempt sent nothing because its credential is benched. The caller must then call `attemptEnd`. */
  credentialBenched(target: string, until: number): void {
    this.hasBenched = true;
    this.emit?.({ type: 'target-skipped', call: this.call, target, why: 'benched', until });
  }

  /** Removes the skipped targets before the chain starts again, so that each target is listed only once. */
  forgetSkips(): void {
    this.records = this.records.filter(({ outcome }) => outcome !== 'skipped');
    this.hasBenched = false;
  }

  /** Emits an event without adding an attempt to the records. */
  event(event: AttemptEvent): void {
    this.emit?.({ ...event, call: this.call });
  }

  /** Adds the attempts of one part of an embedding call, because each part has a separate log. */
  addAttempts(attempts: readonly AttemptRecord[]): void {
    this.records.push(...attempts);
  }

  attemptEnd(attempt: number, result: AttemptRecord): void {
    this.records.push(result);
    this.emit?.({ type: 'attempt-end', call: this.call, attempt, result });
  }
}

/** Returns the fields of an attempt's record that describe its target. */
export const targetFields = ({
  key,
  provider: { vendor, billing },
  modelId,
  name,
}: Target): Pick<AttemptRecord, 'target' | 'vendor' | 'billing' | 'model' | 'name'> => ({
  target: key,
  model: modelId,
  ...(vendor !== undefined && { vendor }),
  ...(billing !== undefined && { billing }),
  ...(name !== undefined && { name }),
});

/**
 * Returns the fields of an attempt's record that its answer determines. `reportedUsage`: usage that the provider reported before
 * the end of the stream, which only the record of a failed attempt contains.
 */
export const answerFields = (
  { model, usage }: Pick<Answer<object, unknown>, 'model' | 'usage'>,
  error: LlmError | undefined,
  reportedUsage: Usage | undefined,
): Pick<AttemptRecord, 'usage' | 'responseModel'> => ({
  usage: error?.details.partial?.usage ?? usage ?? (error && reportedUsage),
  ...(model !== undefined && { responseModel: model }),
});

/** Facts about a failed attempt that its error contains. */
interface FailedAttempt {
  readonly target: string;
  /** Request of the attempt; see `asLlmError`. */
  readonly request: object;
  readonly answer: Pick<Answer<object, unknown>, 'partial'>;
  /** Usage that the provider reported before the end of the stream. */
  readonly reportedUsage: Usage | undefined;
  readonly classify: ChainSettings['classify'];
}

/** Converts a failure to an error with a kind, the target, and the content that had arrived before the failure. */
export function attemptError(
  cause: unknown,
  { target, request, answer, reportedUsage, classify }: FailedAttempt,
): LlmError {
  const error = reclassified(asLlmError(cause, target, request), classify);
  const arrived = answer.partial();
  const partial = error.details.partial ?? (arrived && { ...arrived, usage: arrived.usage ?? reportedUsage });
  return withTarget(withDetails(error, { partial }), target);
}

/** Returns the record of a target that was not contacted. */
export const skippedAttempt = (target: Target, error: LlmError): AttemptRecord => ({
  ...targetFields(target),
  outcome: 'skipped',
  error,
  usage: undefined,
  ms: 0,
});

/** Returns the facts about an attempt that depend only on the target and the request. */
export const attemptInfo = (
  { key, provider, modelId, name }: Target,
  call: CallInfo,
  { request, payload, capabilities }: Pick<AttemptInfo, 'request' | 'payload' | 'capabilities'>,
): Omit<AttemptInfo, 'attempt' | 'signal'> => ({
  call,
  operation: call.operation,
  target: key,
  vendor: provider.vendor,
  billing: provider.billing,
  model: modelId,
  name,
  request,
  payload,
  capabilities,
});

/** Returns the error of a target that a request cannot be prepared for. */
export const preparationError = (cause: unknown, target: string): LlmError =>
  withTarget(asLlmError(cause, target), target);

/** Adds the target to the details of an error, unless the details already name a target. */
const withTarget = (error: LlmError, target: string): LlmError =>
  error.details.target === undefined ? withDetails(error, { target }) : error;
