import {
  sumUsage,
  type Attempt,
  type CallEvent,
  type CallInfo,
  type ChatRequest,
  type ChatResponse,
} from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import type { SpendRecord } from '@majordomo/ledger';
import type { CallAttempt, CallContent, CallEntry, CallFailure, RequestEvent } from './call.ts';
import { contentOf, metadataOf } from './call-content.ts';
import { completeContentOf } from './complete-content.ts';
import type { Loggable } from './call-writer.ts';

const MAX_ATTEMPTS = 60;
const MAX_WARNINGS = 20;

type Of<Type extends CallEvent['type']> = Extract<CallEvent, { readonly type: Type }>;
type LoggedUsage = NonNullable<CallEntry['usage']>;

interface LoggedAttempt {
  readonly target: string;
  readonly attempt: number;
  /** Time since the start of the call, in milliseconds. */
  readonly at: number;
  outcome: CallAttempt['outcome'] | undefined;
  ms: number;
  firstMs: number | undefined;
  responseModel?: string;
  kind: string | undefined;
  message: string | undefined;
}

/** Properties of a call that has ended. Contains neither the response nor the original error. */
interface Ending {
  readonly outcome: CallEntry['outcome'];
  readonly ms: number;
  readonly target: string | undefined;
  readonly finish: string | undefined;
  readonly warnings: readonly string[];
  readonly error: CallFailure | undefined;
  readonly usage: LoggedUsage | undefined;
}

interface LoggedContent {
  readonly request: ChatRequest;
  response: ChatResponse | undefined;
  /** Maximum size of complete content in bytes; `undefined` if the content need not be complete. */
  readonly maxBytes: number | undefined;
}

/** Collector of one call's data. `onEvent` only stores short values, and `toEntry` creates the entry after the call. */
export class LoggedCall implements Loggable {
  /** Request and response of the chat, if content is stored. */
  content: LoggedContent | undefined;
  /** Called when the content has been stored and is released. */
  onContentReleased: (() => void) | undefined;
  /** Request of the gateway that caused the call. */
  request: RequestEvent | undefined;
  private readonly call: CallInfo;
  private readonly startedAt: number;
  private readonly redactor: Redactor;
  private readonly attempts: LoggedAttempt[] = [];
  /** Booked costs by the id of the record of the ledger: `CALL/TARGET/ATTEMPT`. */
  private readonly costs = new Map<string, Pick<SpendRecord, 'nanoUsd' | 'basis'>>();
  private firstMs: number | undefined;
  private ending: Ending | undefined;

  constructor(call: CallInfo, startedAt: number, redactor: Redactor) {
    this.call = call;
    this.startedAt = startedAt;
    this.redactor = redactor;
  }

  onEvent(event: CallEvent, now: number): void {
    const at = Math.max(0, Math.round(now - this.startedAt));
    switch (event.type) {
      case 'attempt-start':
        this.begin(event.target, event.attempt, at);
        break;
      case 'target-skipped':
        // No attempt of a skipped target was made, so its number is 0.
        Object.assign(this.begin(event.target, 0, at), { outcome: 'skipped', kind: event.why });
        break;
      case 'committed': {
        this.firstMs ??= at;
        const running = this.attempts.findLast((each) => each.target === event.target && !each.outcome);
        if (running !== undefined) running.firstMs = Math.round(event.msToFirst);
        break;
      }
      case 'attempt-end':
        this.endAttempt(event);
        break;
      case 'call-end':
        this.end(event, at);
        break;
      default:
    }
  }

  /** Adds the cost of an attempt, as the ledger booked it. */
  addCost({ id, nanoUsd, basis }: SpendRecord): void {
    this.costs.set(id, { nanoUsd, basis });
  }

  /** Whether the request and the costs of all attempts have been reported, so that nothing more can be added to an ended call. */
  get isComplete(): boolean {
    const isBooked = ({ target, attempt, outcome }: LoggedAttempt): boolean =>
      outcome === 'skipped' || this.costs.has(this.recordId(target, attempt));
    return this.request !== undefined && this.attempts.every(isBooked);
  }

  toEntry(): CallEntry {
    const { call, request, ending, content, redactor } = this;
    const { key, requestId } = call.metadata;
    const mask = (text: string | undefined): string | undefined => text && redactor.text(text);
    const booked = [...this.costs.values()];
    const costs = booked.flatMap(({ nanoUsd }) => nanoUsd ?? []);
    const unpriced = booked.filter(({ basis }) => basis === 'unknown').length;
    return {
      id: call.id,
      requestId: request?.requestId ?? (typeof requestId === 'string' ? requestId : undefined),
      clientRequestId: mask(request?.clientRequestId),
      at: new Date(this.startedAt).toISOString(),
      ms: ending?.ms ?? 0,
      firstMs: this.firstMs,
      operation: call.operation ?? 'chat',
      wire: request?.wire,
      isStreamed: request?.isStreamed,
      model: mask(request?.model),
      spec: mask(call.spec),
      target: ending?.target,
      tenant: call.tenant,
      key: typeof key === 'string' ? key : undefined,
      outcome: ending?.outcome ?? 'abandoned',
      status: request?.status,
      error: ending?.error && { ...ending.error, message: redactor.text(ending.error.message) },
      attempts: this.attempts.map((attempt) => this.toAttempt(attempt, mask)),
      usage: ending?.usage,
      nanoUsd: costs.length === 0 ? undefined : `${costs.reduce((sum, cost) => sum + BigInt(cost), 0n)}`,
      ...(unpriced > 0 && { unpriced }),
      finish: ending?.finish,
      warnings: (ending?.warnings ?? []).map((warning) => redactor.text(warning)),
      metadata: metadataOf(call.metadata, redactor),
      arms: call.arms,
      content: content && storedContent(content, redactor),
    };
  }

  /** Releases the content. If the entry is written again, the stored content is retained. */
  onWritten(): void {
    this.content = undefined;
    this.onContentReleased?.();
  }

  private recordId(target: string, attempt: number): string {
    return `${this.call.id}/${target}/${attempt}`;
  }

  private begin(target: string, attempt: number, at: number): LoggedAttempt {
    const attemptEntry: LoggedAttempt = {
      target,
      attempt,
      at,
      outcome: undefined,
      ms: 0,
      firstMs: undefined,
      kind: undefined,
      message: undefined,
    };
    this.attempts.push(attemptEntry);
    // Remove the oldest attempt, because an attempt that succeeds is one of the newest.
    if (this.attempts.length > MAX_ATTEMPTS) this.attempts.shift();
    return attemptEntry;
  }

  private endAttempt({ attempt, result }: Of<'attempt-end'>): void {
    const ended = this.attempts.findLast((each) => each.target === result.target && each.attempt === attempt);
    if (ended === undefined) return;
    ended.outcome = loggedOutcome(result);
    ended.ms = Math.round(result.ms);
    if (result.responseModel !== undefined) ended.responseModel = result.responseModel;
    ended.kind = result.error?.kind;
    ended.message = result.error?.message;
  }

  private end({ outcome, response, error, attempts }: Of<'call-end'>, ms: number): void {
    this.ending = {
      outcome: loggedOutcome({ outcome, error }),
      ms,
      target: response?.target ?? attempts.findLast((each) => each.outcome === 'finished')?.target,
      finish: response?.finish,
      warnings: (response?.warnings ?? [])
        .slice(0, MAX_WARNINGS)
        .map(({ action, what, why }) => `${action} ${what}: ${why}`),
      error: error && { kind: error.kind, code: error.details.code, message: error.message },
      usage: sumOf(attempts),
    };
    if (this.content !== undefined) this.content.response = response;
  }

  private toAttempt(
    { attempt, outcome = 'abandoned', ...facts }: LoggedAttempt,
    mask: (text: string | undefined) => string | undefined,
  ): CallAttempt {
    const { nanoUsd } = this.costs.get(this.recordId(facts.target, attempt)) ?? {};
    return { ...facts, outcome, message: mask(facts.message), nanoUsd };
  }
}

function storedContent({ request, response, maxBytes }: LoggedContent, redactor: Redactor): CallContent {
  const complete =
    maxBytes === undefined ? undefined : completeContentOf(request, response, redactor, maxBytes);
  return complete ?? contentOf(request, response, redactor);
}

/** Returns the outcome in the log. A call or attempt that its caller aborted did not fail. */
const loggedOutcome = <Outcome extends string>({
  outcome,
  error,
}: {
  readonly outcome: Outcome;
  readonly error?: { readonly kind: string } | undefined;
}): Outcome | 'abandoned' => (error?.kind === 'aborted' ? 'abandoned' : outcome);

/** Returns the sum of the usage of all attempts, without the details. */
function sumOf(attempts: readonly Attempt[]): LoggedUsage | undefined {
  const sum = sumUsage(...attempts.map(({ usage }) => usage));
  if (sum === undefined) return undefined;
  const { input, output, cacheRead, cacheWrite, reasoning } = sum;
  return { input, output, cacheRead, cacheWrite, reasoning };
}
