import {
  type CallEvent,
  type CallOptions,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  type Clock,
  type ErrorKind,
  LlmError,
  type Majordomo,
  type Message,
  messageOf,
  toJson,
} from '@majordomo/core';
import { isOwnFailure, storeError } from '@majordomo/evals/internal';
import type { JudgeRequest } from '../experiment/judge-request.ts';
import type { Journal } from '../journal/journal.ts';
import type { AnswerLine, Side, VerdictLine } from '../journal/lines.ts';
import type { Prices } from '../plan/prices.ts';
import { tenantOf } from '../traffic/tenant.ts';
import type { Budget, PaidCall } from './budget.ts';

/** Dependencies of the calls of an experiment. */
export interface CallSetup {
  readonly name: string;
  readonly majordomo: Majordomo;
  readonly journal: Journal;
  readonly prices: Prices;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Call for one side of a unit. */
export interface SideCall {
  readonly key: string;
  readonly unit: string;
  readonly side: Side;
  readonly spec: string;
  readonly request: ChatRequest;
  readonly wrap: ((model: ChatModel) => ChatModel) | undefined;
  /** Steps of the run before this call. The messages are part of `request`. */
  readonly earlier?:
    | { readonly messages: readonly Message[]; readonly ms: number; readonly nanoUsd: string }
    | undefined;
}

/** Call of a judge. */
export interface JudgeCall {
  readonly key: string;
  readonly unit: string;
  readonly spec: string;
  readonly request: JudgeRequest;
  /** Verdict on the candidate by the answer of the judge. */
  readonly verdicts: Readonly<Record<string, 'better' | 'equal' | 'worse'>>;
}

/** Way to get answers and verdicts: as calls, or as items of batches. */
export interface Calls {
  /** Reason why no further call is made. */
  readonly stopped: string | undefined;
  /** Kinds of failures that left units without a result, with their numbers. */
  readonly failures: ReadonlyMap<string, number>;
  /** Stores the answer to a call, or the failure that the model caused. Returns `false` if the call has no result yet. */
  answer(call: SideCall): Promise<boolean>;
  /** Stores the verdict of a judge on one order of a pair. Returns `false` if the call has no result yet. */
  judge(call: JudgeCall): Promise<boolean>;
}

/** Calls that cost money. Each answer is stored before its result is used. */
export class PaidCalls implements Calls {
  stopped: string | undefined;
  readonly failures: Map<string, number> = new Map();
  private readonly setup: CallSetup;
  /** Calls in flight by key. Changed requests of several units may be equal. */
  private readonly running = new Map<string, Promise<boolean>>();

  constructor(setup: CallSetup) {
    this.setup = setup;
  }

  /** Rejects with `auth`, `billing` or `config` if a person must act. */
  answer(call: SideCall): Promise<boolean> {
    return this.once(call.key, (paid) => this.answerLine(call, paid));
  }

  judge(call: JudgeCall): Promise<boolean> {
    return this.once(call.key, (paid) => this.verdictLine(call, paid));
  }

  /** Makes a call, or waits for an equal call in flight. Returns `false` if the call has no result. */
  private once(key: string, lineOf: LineOf): Promise<boolean> {
    const running = this.running.get(key) ?? this.make(key, lineOf).finally(() => this.running.delete(key));
    this.running.set(key, running);
    return running;
  }

  /** Makes a call and stores its line. */
  private async make(key: string, lineOf: LineOf): Promise<boolean> {
    if (this.stopped !== undefined) return false;
    let line;
    try {
      line = await lineOf(this.setup.budget.call(key));
    } catch (cause) {
      return this.fail(asLlmError(cause));
    }
    await this.setup.journal.append(line);
    return true;
  }

  /** Makes a call for one side of a unit. Rejects with a failure that the model did not cause. */
  private async answerLine(call: SideCall, paid: PaidCall): Promise<AnswerLine> {
    const { clock } = this.setup;
    const { key, unit, side, spec, request, wrap } = call;
    const earlier = call.earlier && { ...call.earlier, messages: toJson(call.earlier.messages) };
    const stored = { type: 'answer', key, unit, side, earlier } as const;
    let start: number | undefined;
    const before = clock.now();
    const elapsed = (): number => clock.now() - (start ?? before);
    // The wait for the budget is no part of the duration.
    const onEvent = ({ type }: CallEvent): void => {
      if (type === 'attempt-start') start ??= clock.now();
    };
    try {
      const model = this.modelOf(spec, paid);
      const { response, firstMs } = await readStream(wrap === undefined ? model : wrap(model), request, {
        options: { ...this.optionsOf(unit, side), onEvent },
        elapsed,
      });
      const ms = elapsed();
      const { parts, finish, target, usage } = response;
      const nanoUsd = String(await paid.cost());
      const content = toJson({ parts, finish, target, usage });
      return { ...stored, response: content, error: undefined, ms, firstMs, nanoUsd };
    } catch (cause) {
      const error = asLlmError(cause);
      if (!isOwnFailure(error)) throw error;
      const nanoUsd = String(await paid.cost());
      const failure = toJson(storeError(error));
      return { ...stored, response: undefined, error: failure, ms: elapsed(), firstMs: undefined, nanoUsd };
    }
  }

  private async verdictLine(call: JudgeCall, paid: PaidCall): Promise<VerdictLine> {
    const { key, unit, spec, request, verdicts } = call;
    const options = { ...this.optionsOf(unit, 'judge'), repairs: 1 };
    try {
      const { value } = await this.modelOf(spec, paid).generateObject(request, options);
      const { verdict } = value as { readonly verdict: string };
      return { type: 'verdict', key, verdict: verdicts[verdict] };
    } catch (cause) {
      const error = asLlmError(cause);
      if (!isOwnFailure(error)) throw error;
      return { type: 'verdict', key, verdict: undefined };
    }
  }

  private modelOf(spec: string, { gate }: PaidCall): ChatModel {
    // The gate of the budget is first, because it may wait, and the other gates must reserve nothing meanwhile.
    return this.setup.majordomo.with({ gates: (gates) => [gate, ...gates] }).model(spec);
  }

  private optionsOf(call: string, side: Side | 'judge'): CallOptions {
    const { name, signal } = this.setup;
    return { tenant: tenantOf(name), metadata: { replay: { name, call, side } }, signal };
  }

  /** Counts a failure that the model did not cause. A later run sends the call again. */
  private fail(error: LlmError): false {
    // A wrapped model may abort a single call, for example after its own time limit.
    if (error.kind === 'aborted' && this.setup.signal.aborted) throw error;
    if (isOfKind(error, 'auth', 'billing', 'config')) throw error;
    const { refusal } = this.setup.budget;
    if (refusal !== undefined) this.stopped ??= refusal;
    if (isOfKind(error, 'denied')) this.stopped ??= `a gate denied a call: ${error.message}`;
    // `stopped` reports that the budget is spent, so do not also count a failure for each remaining call.
    if (error.details.code !== 'budget-spent' || refusal === undefined)
      this.failures.set(error.kind, (this.failures.get(error.kind) ?? 0) + 1);
    return false;
  }
}

/** Makes a call, and returns its line. */
type LineOf = (paid: PaidCall) => Promise<AnswerLine | VerdictLine>;

const isOfKind = (error: unknown, ...kinds: readonly ErrorKind[]): boolean => LlmError.is(error, ...kinds);

interface Reading {
  readonly options: CallOptions;
  readonly elapsed: () => number;
}

/** Reads a streamed answer, so that the time to the first content is known. */
async function readStream(
  model: ChatModel,
  request: ChatRequest,
  { options, elapsed }: Reading,
): Promise<{ readonly response: ChatResponse; readonly firstMs: number | undefined }> {
  const stream = model.stream(request, options);
  let firstMs: number | undefined;
  for await (const event of stream) if (event.type !== 'start') firstMs ??= elapsed();
  return { response: await stream.response(), firstMs };
}

/** Returns a thrown value as an `LlmError`. Other errors come from functions of the application. */
const asLlmError = (cause: unknown): LlmError =>
  LlmError.is(cause) ? cause : new LlmError('config', messageOf(cause), {}, { cause });
