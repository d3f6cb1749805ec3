import { costOfResponse, type Catalog } from '@majordomo/catalog';
import {
  LlmError,
  toJson,
  type Attempt,
  type CallOptions,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  type Clock,
  type ErrorKind,
  type Majordomo,
  type Message,
} from '@majordomo/core';
import { asLlmError } from '../as-llm-error.ts';
import { isOwnFailure } from '../../score.ts';
import { storeError } from '../../stored-call.ts';
import type { Journal } from '../journal/journal.ts';
import type { AnswerLine, Side, VerdictLine } from '../journal/lines.ts';
import type { Prices } from '../plan/prices.ts';
import { tenantOf } from '../tenant.ts';
import type { Budget } from './budget.ts';
import type { JudgeRequest } from '../judge-request.ts';

/** Dependencies of the calls of an experiment. */
export interface CallSetup {
  readonly name: string;
  readonly majordomo: Majordomo;
  readonly journal: Journal;
  readonly prices: Prices;
  readonly budget: Budget;
  readonly catalog: Catalog | undefined;
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
  /** Stores the answer to a call, or the failure that the model caused. Returns `false` if the call has no result yet. */
  answer(call: SideCall): Promise<boolean>;
  /** Stores the verdict of a judge on one order of a pair. Returns `false` if the call has no result yet. */
  judge(call: JudgeCall): Promise<boolean>;
}

/** Call with its maximum cost in nano-USD. `lineOf` makes the call and returns its line. */
interface Payment {
  readonly key: string;
  readonly maximum: () => Promise<bigint>;
  readonly lineOf: (most: bigint) => Promise<AnswerLine | VerdictLine>;
}

/** Calls that cost money. Each answer is stored before its result is used. */
export class PaidCalls implements Calls {
  /** Reason why no further call is made. */
  stopped: string | undefined;
  /** Kinds of failures that left units without a result, with their numbers. */
  readonly failures: Map<string, number> = new Map();
  private readonly setup: CallSetup;
  /** Calls in flight by key. Changed requests of several units may be equal. */
  private readonly running = new Map<string, Promise<boolean>>();

  constructor(setup: CallSetup) {
    this.setup = setup;
  }

  /** Rejects with `auth`, `billing` or `config` if a person must act. */
  answer(call: SideCall): Promise<boolean> {
    const { prices, signal, name } = this.setup;
    const facts = { tenant: tenantOf(name), signal };
    const maximum = (): Promise<bigint> => prices.maximum(call.spec, call.request, facts);
    return this.pay({ key: call.key, maximum, lineOf: (most) => this.answerLine(call, most) });
  }

  judge(call: JudgeCall): Promise<boolean> {
    const { prices, signal, name } = this.setup;
    const facts = { tenant: tenantOf(name), signal };
    const maximum = (): Promise<bigint> => prices.judging(call.spec, call.request, facts);
    return this.pay({ key: call.key, maximum, lineOf: (most) => this.verdictLine(call, most) });
  }

  /** Pays for a call, or waits for an equal call in flight. Returns `false` if the call has no result. */
  private pay(payment: Payment): Promise<boolean> {
    const { key } = payment;
    const running = this.running.get(key) ?? this.payOnce(payment).finally(() => this.running.delete(key));
    this.running.set(key, running);
    return running;
  }

  /** Reserves the maximum cost of a call, makes it, and stores its line. */
  private async payOnce({ key, maximum, lineOf }: Payment): Promise<boolean> {
    const most = await this.begin(key, maximum);
    if (most === undefined) return false;
    try {
      let line;
      try {
        line = await lineOf(most);
      } catch (cause) {
        return await this.fail(key, asLlmError(cause));
      }
      // If the line cannot be written, the call has no end in the journal, so that its maximum stays reserved.
      await this.setup.journal.append(line);
      return true;
    } finally {
      this.setup.budget.release();
    }
  }

  /** Makes a call for one side of a unit. Rejects with a failure that the model did not cause. */
  private async answerLine(call: SideCall, most: bigint): Promise<AnswerLine> {
    const { clock, majordomo } = this.setup;
    const { key, unit, side, spec, request, wrap } = call;
    const earlier = call.earlier && { ...call.earlier, messages: toJson(call.earlier.messages) };
    const stored = { type: 'answer', key, unit, side, earlier } as const;
    const start = clock.now();
    const elapsed = (): number => clock.now() - start;
    try {
      const model = majordomo.model(spec);
      const { response, firstMs } = await readStream(wrap === undefined ? model : wrap(model), request, {
        options: this.optionsOf(unit, side),
        elapsed,
      });
      const ms = elapsed();
      const { parts, finish, target, usage } = response;
      const nanoUsd = String(await this.costOf(response.attempts, most));
      const content = toJson({ parts, finish, target, usage });
      return { ...stored, response: content, error: undefined, ms, firstMs, nanoUsd };
    } catch (cause) {
      const error = asLlmError(cause);
      if (!isOwnFailure(error)) throw error;
      const nanoUsd = String(await this.costOfFailure(error));
      const failure = toJson(storeError(error));
      return { ...stored, response: undefined, error: failure, ms: elapsed(), firstMs: undefined, nanoUsd };
    }
  }

  private async verdictLine(call: JudgeCall, most: bigint): Promise<VerdictLine> {
    const { key, unit, spec, request, verdicts } = call;
    try {
      const model = this.setup.majordomo.model(spec);
      const { value, attempts } = await model.generateObject(request, {
        ...this.optionsOf(unit, 'judge'),
        repairs: 1,
      });
      const { verdict } = value as { readonly verdict: string };
      const nanoUsd = String(await this.costOf(attempts, most));
      return { type: 'verdict', key, verdict: verdicts[verdict], nanoUsd };
    } catch (cause) {
      const error = asLlmError(cause);
      if (!isOwnFailure(error)) throw error;
      return { type: 'verdict', key, verdict: undefined, nanoUsd: String(await this.costOfFailure(error)) };
    }
  }

  /** Reserves the maximum cost of a call. Returns `undefined` if no further call is made. */
  private async begin(key: string, maximum: () => Promise<bigint>): Promise<bigint | undefined> {
    const { budget } = this.setup;
    if (this.stopped !== undefined) return undefined;
    const most = await maximum();
    if (await budget.reserve(key, most)) return most;
    this.stopped ??= 'the budget is spent; raise `budgetUsd` and run again';
    return undefined;
  }

  private optionsOf(call: string, side: Side | 'judge'): CallOptions {
    const { name, signal } = this.setup;
    return { tenant: tenantOf(name), metadata: { replay: { name, call, side } }, signal };
  }

  /** Stores a failure that the model did not cause. A later run sends the call again. */
  private async fail(key: string, error: LlmError): Promise<false> {
    // A wrapped model may abort a single call, for example after its own time limit.
    if (error.kind === 'aborted' && this.setup.signal.aborted) throw error;
    const nanoUsd = String(await this.costOfFailure(error));
    await this.setup.journal.append({ type: 'failed', key, kind: error.kind, nanoUsd });
    if (isOfKind(error, 'auth', 'billing', 'config')) throw error;
    if (isOfKind(error, 'denied')) this.stopped ??= `a gate denied a call: ${error.message}`;
    this.failures.set(error.kind, (this.failures.get(error.kind) ?? 0) + 1);
    return false;
  }

  /** Returns the cost of the attempts of an answer, or its maximum if the cost is not known. */
  private async costOf(attempts: readonly Attempt[], most: bigint): Promise<bigint> {
    const { catalog, clock } = this.setup;
    const cost = await costOfResponse({ attempts }, { catalog, at: new Date(clock.now()) });
    return cost.basis === 'included' ? 0n : (cost.nanoUsd ?? most);
  }

  /** Returns the cost of the attempts that reported a usage. */
  private async costOfFailure({ details }: LlmError): Promise<bigint> {
    const { attempts = [] } = details;
    const used = attempts.filter(({ usage }) => usage !== undefined);
    return used.length === 0 ? 0n : this.costOf(used, 0n);
  }
}

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
