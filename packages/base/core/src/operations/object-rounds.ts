import { CallScope, deadlineError } from '../call/call-scope.ts';
import { exhaustedError } from '../call/no-target-left.ts';
import type { CallSite } from '../errors/call-site.ts';
import { distinctWarnings } from '../stream/events.ts';
import { sumUsage } from '../stream/usage.ts';
import type { CallOptions, Clock } from '../types/call-options.ts';
import { type Attempt, type ErrorKind, LlmError, withDetails } from '../types/llm-error.ts';
import type { ChatStream, JsonSchemaRequest, ObjectResponse, TypedRequest } from '../types/majordomo.ts';
import { user } from '../types/messages.ts';
import type { ChatRequest } from '../types/request.ts';
import type { ChatResponse, Warning } from '../types/response.ts';
import type { JsonObject, ObjectSchema } from '../types/schema.ts';
import { abortable } from '../util/async.ts';
import {
  type CheckResult,
  describeIssues,
  objectRoot,
  type OutputRoot,
  readObject,
  toJsonSchema,
} from '../schema/to-json-schema.ts';
import { schemaMismatchError, partialOf, unfinishedError } from './object-errors.ts';

/**
 * Rounds of one typed call. An answer that is not JSON or does not fit the schema is sent back to its target with the issues, at
 * most `repairs` times per target. Then, if the policy permits it, the next target receives the original request. A chain of
 * several targets that has no further target fails with `exhausted`. An incomplete or refused answer ends the call.
 */
export class ObjectRounds<T> {
  /** Request of the current round. */
  request: ChatRequest;
  readonly root: OutputRoot;
  private readonly output: ObjectSchema<T> | JsonObject;
  /** Request of the first round at each target. */
  private readonly first: ChatRequest;
  private readonly maxRepairs: number;
  private readonly advancesAfter: TypedLimits['advancesAfter'];
  /** Number of repairs that remain at the current target. */
  private repairs: number;
  /** Targets of the chain, as resolved for the current round. */
  private targets: readonly string[] = [];
  /** Target with which the round begins. */
  private start: string | undefined;
  private readonly callOptions: CallOptions | undefined;
  private readonly totalMs: number;
  /** Signal and deadline of all rounds. Each round receives the time that remains. */
  private readonly scope: CallScope;
  /** Responses of the earlier rounds. */
  private readonly earlier: RejectedResponse[] = [];
  /** Whether the current round has returned a response. */
  private hasResponse = false;
  /** One warning for each earlier round. */
  private readonly repaired: Warning[] = [];

  constructor(
    request: TypedRequest<T> | JsonSchemaRequest,
    options: CallOptions | undefined,
    { advancesAfter, totalMs, clock }: TypedLimits,
  ) {
    this.output = request.output;
    this.root = objectRoot(toJsonSchema(request.output, 'output'));
    this.first = { ...request, output: this.root.schema };
    this.request = this.first;
    this.maxRepairs = options?.repairs ?? 1;
    this.repairs = this.maxRepairs;
    this.advancesAfter = advancesAfter;
    this.callOptions = options;
    this.totalMs = totalMs;
    this.scope = new CallScope(options?.signal, totalMs, clock, () => undefined);
  }

  /** Returns the options of the next round. Throws if no time remains. */
  options(): CallOptions {
    const { callOptions, targets, totalMs } = this;
    const remainingMs = this.scope.remainingMs();
    if (remainingMs <= 0) throw deadlineError(totalMs);
    return {
      ...callOptions,
      ...(totalMs > 0 && { timeouts: { ...callOptions?.timeouts, totalMs: remainingMs } }),
      // Call the application's `order` in the first round only. Later rounds use the resulting order.
      ...(targets.length > 0 && { order: () => targets }),
    };
  }

  /** Returns the targets of the next round, and whether another round came before. */
  plan(): RoundPlan {
    return { pick: this.pick, isFurtherRound: this.earlier.length > 0 };
  }

  /** Aborts the call. A running round must be aborted separately. */
  abort(why: string): void {
    this.scope.stop(new LlmError('aborted', why, { code: 'abandoned' }));
  }

  close(): void {
    this.scope.release();
  }

  /** Returns the targets beginning with `start`; all targets if `start` is not one of them. */
  private readonly pick: PickTargets = (targets) => {
    this.targets = targets.map(({ key }) => key);
    const at = targets.findIndex(({ key }) => key === this.start);
    return targets.slice(Math.max(0, at));
  };

  /** Returns the response with its value, or `undefined` if another round follows. Otherwise, throws the error of the call. */
  async evaluate(response: ChatResponse): Promise<ObjectResponse<T> | undefined> {
    this.hasResponse = true;
    const unfinished = unfinishedError(response);
    if (unfinished !== undefined) throw unfinished;
    const checked = await this.check(response);
    if ('value' in checked) return { ...this.combine(response), value: checked.value };
    const next = this.targets[this.targets.indexOf(response.target) + 1];
    const rejected = { response, error: schemaMismatchError(response, checked.issues) };
    const problems = describeIssues(checked.issues);
    if (this.repairs > 0) {
      this.repair(rejected, problems);
      return undefined;
    }
    const final = withDetails(rejected.error, { attempts: attemptsOf(rejected) });
    if (!this.advancesAfter('invalid-output')) throw final;
    if (next === undefined) throw this.exhausted(response.spec, final.details.attempts, final);
    this.advance(rejected, next, problems);
    return undefined;
  }

  /** Adds the attempts of earlier rounds to the error of the last round. */
  finalError(error: unknown): unknown {
    if (!LlmError.is(error)) return error;
    const attempts = [...this.earlier.flatMap(attemptsOf), ...error.details.attempts];
    const last = this.earlier.at(-1)?.response;
    const partial = error.details.partial ?? (last === undefined ? undefined : partialOf(last));
    if (error.details.phase !== 'total') {
      const final =
        last !== undefined && this.endsChain(error) ? this.exhausted(last.spec, attempts, error) : error;
      return withDetails(final, { attempts, partial });
    }
    // The error of a round names the time limit of the round. Replace the limit with that of the call.
    const { message } = deadlineError(this.totalMs);
    return new LlmError(error.kind, message, { ...error.details, attempts, partial }, { cause: error.cause });
  }

  /**
   * Whether the error of a round ends a chain of several targets. A round that begins with the last target is a call with one target, so
   * its error is that of the target instead of `exhausted`. After a response, `evaluate` has already thrown the error of the chain.
   */
  private endsChain({ kind }: LlmError): boolean {
    if (kind === 'exhausted') return true;
    const isLastTarget = this.targets.at(-1) === this.start;
    return isLastTarget && !this.hasResponse && this.advancesAfter(kind);
  }

  /** Returns the error of a chain without a further target. For a chain of one target, returns `last`. */
  private exhausted(spec: string, attempts: readonly Attempt[], last: LlmError): LlmError {
    if (this.targets.length < 2) return last;
    const { retryAfterMs, partial, issues } = last.details;
    return withDetails(exhaustedError(spec, this.targets, attempts, retryAfterMs), {
      attempts,
      partial,
      issues,
    });
  }

  private async check(response: ChatResponse): Promise<CheckResult<T>> {
    try {
      return await abortable(readObject<T>(response.text, this.output), this.scope.signal);
    } catch (error) {
      const details = { attempts: response.attempts, partial: partialOf(response) };
      throw LlmError.is(error) ? withDetails(error, details) : error;
    }
  }

  private repair(rejected: RejectedResponse, problems: string): void {
    const { response } = rejected;
    this.repairs--;
    this.start = response.target;
    this.note(rejected, `${response.target} answered again: ${problems}`);
    const complaint = `Your answer cannot be used: ${problems}. Give the complete answer again, corrected, as JSON only.`;
    this.request = {
      ...this.request,
      messages: [...this.request.messages, response.message, user(complaint)],
    };
  }

  private advance(rejected: RejectedResponse, next: string, problems: string): void {
    this.repairs = this.maxRepairs;
    this.start = next;
    this.note(rejected, `${rejected.response.target} returned no value that matches the schema: ${problems}`);
    this.request = this.first;
  }

  private note(rejected: RejectedResponse, why: string): void {
    this.hasResponse = false;
    this.earlier.push(rejected);
    this.repaired.push({ action: 'repaired', what: 'output', why });
  }

  /** Returns the response with the usage and attempts of all rounds and the warnings of the target that answered. */
  private combine(response: ChatResponse): ChatResponse {
    const rounds = [...this.earlier.map((rejected) => rejected.response), response];
    return {
      ...response,
      usage: sumUsage(...rounds.map(({ usage }) => usage)),
      attempts: rounds.flatMap(({ attempts }) => attempts),
      warnings: distinctWarnings([
        ...rounds.flatMap(({ target, warnings }) => (target === response.target ? warnings : [])),
        ...this.repaired,
      ]),
    };
  }
}

/** Response that does not match the schema, with its error. */
interface RejectedResponse {
  readonly response: ChatResponse;
  readonly error: LlmError;
}

/** Returns the attempts of a round. The attempt that returned the response has the error of the response. */
function attemptsOf({ response, error }: RejectedResponse): readonly Attempt[] {
  const { attempts, target } = response;
  const at = attempts.findLastIndex((attempt) => attempt.outcome === 'finished' && attempt.target === target);
  const own = withDetails(error, { attempts: [] });
  return attempts.map((attempt, index) => (index === at ? { ...attempt, error: own } : attempt));
}

/** Selects the targets of a chain for a round. */
type PickTargets = <P extends { readonly key: string }>(targets: readonly P[]) => readonly P[];

/** Options of a call that differ between the rounds. */
interface RoundPlan {
  readonly pick: PickTargets;
  readonly isFurtherRound: boolean;
}

/** Functions that send the rounds of a typed call. */
export interface TypedCalls {
  /** Returns the answer of a round. */
  generate(request: ChatRequest, options: CallOptions | undefined, plan: RoundPlan): Promise<ChatResponse>;
  /** Returns the answer of a round as events. */
  stream(request: ChatRequest, options: CallOptions | undefined, plan: RoundPlan): ChatStream;
  /** Place of the typed call, for errors of a stream. */
  readonly site?: CallSite | undefined;
  /** Returns the settings of the typed call. */
  limits(options: CallOptions | undefined): TypedLimits;
}

/** Settings of a typed call. */
interface TypedLimits {
  /** Returns whether the chain advances after an error of this kind. */
  readonly advancesAfter: (kind: ErrorKind) => boolean;
  /** Time limit of the call in milliseconds; 0 disables it. */
  readonly totalMs: number;
  readonly clock: Clock;
}
