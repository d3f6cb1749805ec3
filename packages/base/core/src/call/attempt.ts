import { decisionFor } from '../errors/policy.ts';
import { admit, type Permits } from '../gates/admit.ts';
import { withSuggestion } from '../resolve/suggest.ts';
import type { Answer } from '../stream/accumulator.ts';
import type { AttemptInfo } from '../types/gate.ts';
import { type Attempt as AttemptRecord, LlmError } from '../types/llm-error.ts';
import type { CallOptions } from '../types/call-options.ts';
import type { DataHandling } from '../types/target.ts';
import type { Usage } from '../types/usage.ts';
import { notify } from '../util/listeners.ts';
import { mergeTimeouts } from '../util/options.ts';
import { AttemptReader, openInHook, type Step } from './attempt-reader.ts';
import {
  answerFields,
  attemptError,
  attemptInfo,
  preparationError,
  skippedAttempt,
  type SkippedTarget,
  targetFields,
} from './call-log.ts';
import type { CallContext, PreparedCall } from './contract.ts';
import type { ClaimMode, ForeignBench, HealthClaim } from './health-claim.ts';
import { Lapse } from './lapse.ts';
import { unreadMsOf } from './settings.ts';
import type { AvailableRecovery } from './recoveries.ts';
import type { TargetState } from './target-state.ts';
import { AttemptTimers, maxSilenceMs } from './timers.ts';
import {
  benchedError,
  CREDENTIAL_BENCHED,
  outcomeOf,
  retryInMs,
  type Verdict,
  verdictOn,
} from './verdict.ts';

/** Maximum time for the decisions of all gates, in milliseconds. If no attempt has begun by then, `isLapsed` becomes true. */
const MAX_ADMISSION_MS = 900_000;

/** Error of a failed attempt, and the next action of the call. */
export interface AttemptFailure {
  readonly error: LlmError;
  readonly verdict: Verdict;
}

/**
 * Begins an attempt at a target, or returns the reason why the target is skipped. A target is skipped if it is benched and `mode`
 * does not permit the attempt, if it does not support the request, or if a gate denies the attempt.
 *
 * A target and a credential are benched separately, and a bench of either prevents an attempt. The benches are checked:
 * 1. before the request is prepared: the target, and the credential of the call's last attempt at the target
 * 2. after the gates have answered: the target, which the attempt then claims
 * 3. when the provider reports the credential that it is about to use: the credential, which the attempt then claims. If it is
 *    benched, the attempt sends nothing and fails with the code `credential-benched`
 * 4. after a failure (`Attempt.fail`): the target and the credential, because a call neither waits for nor retries either while
 *    it is benched
 * 5. during the wait before a retry (`waitForRetry`): the target and the credential
 *
 * @param mode whether a benched target may be contacted
 * @param isStillWanted whether the call still needs the attempt; called after the gates have answered
 */
export async function beginAttempt<Event extends object, Result>(
  state: TargetState<Event, Result>,
  context: CallContext<Event, Result>,
  mode: ClaimMode,
  isStillWanted: () => boolean = () => true,
): Promise<Attempt<Event, Result> | SkippedTarget> {
  const { call, deps, scope, log } = context;
  const { target, settings } = state;
  scope.throwIfStopped();
  const bench = mode === 'unless-benched' ? state.health.currentBench() : undefined;
  if (bench !== undefined) return skippedAsBenched(target.key, bench, deps.clock.now());

  const prepared = await prepareFor(state, scope);
  if (prepared instanceof LlmError) return skipped('unsupported', prepared, state);

  const number = state.nextNumber();
  const lapse = new Lapse(deps.clock, deps.clock.now() + MAX_ADMISSION_MS);
  // `lapse` is the member `isLapsed` of `info`, which gates read while other attempts wait.
  const info: AttemptParts<Event, Result>['info'] = Object.assign(lapse, {
    ...attemptInfo(target, call.info, prepared),
    attempt: number,
    isLastTarget: state.isLast,
    delivery: prepared.isNonStreaming ? ('complete' as const) : ('deltas' as const),
    signal: scope.signal,
    data: withRetention(deps.dataOf(target), prepared.upload?.retentionDays),
  });
  const permits = await admit(deps.gates, info, deps.clock, call.waitUntil);
  if ('denial' in permits) return skipped('denied', permits.denial, state, permits.advance);

  const probeMs = maxSilenceMs(mergeTimeouts(prepared.timeouts, settings.timeouts), prepared.isNonStreaming);
  // A hedge that no longer wants the attempt ignores the result, so the result may be that of a benched target.
  const claim = isStillWanted() ? state.health.claim(mode, probeMs) : undefined;
  if (claim === undefined) {
    const skip = skippedAsBenched(target.key, state.health.currentBench(), deps.clock.now());
    await permits.settle(skippedAttempt(target, skip.error));
    return skip;
  }
  state.countStart();
  if (claim.wasTargetBenched) log.event({ type: 'probed', target: target.key, until: undefined });
  log.event({ type: 'attempt-start', target: target.key, attempt: number });
  // The attempt cannot be lapsed during the upload, because its timers start only afterwards.
  lapse.endAt(() => deps.clock.now());
  const { recoveries } = state;
  const upload = { target: target.key, signal: scope.signal, recoveries, ...deps.transport() };
  // A failed upload does not reject. The request that it returns fails when it is opened, so the attempt ends as usual.
  const sent = (await prepared.upload?.run(upload)) ?? prepared;
  const attempt = new Attempt({ context, state, prepared: sent, info, permits, claim });
  lapse.endAt(() => attempt.latestEnd());
  return attempt;
}

/** Returns the data handling of a target, with the retention of uploads or jobs if that is longer. */
export function withRetention(data: DataHandling | undefined, retentionDays = 0): DataHandling | undefined {
  if (retentionDays === 0) return data;
  return { ...data, retentionDays: Math.max(retentionDays, data?.retentionDays ?? 0) };
}

function skippedAsBenched(target: string, bench: ForeignBench | undefined, now: number): SkippedTarget {
  const error = benchedError(target, bench, now, bench?.isOfCredential);
  return { why: 'benched', error, until: bench?.until, advance: true };
}

function skipped<Event extends object, Result>(
  why: SkippedTarget['why'],
  error: LlmError,
  { settings: { policy } }: TargetState<Event, Result>,
  mustAdvance = false,
): SkippedTarget {
  const advance = mustAdvance || decisionFor(error.kind, policy).advance;
  return { why, error, until: undefined, advance };
}

/** Returns the prepared request. Returns an error after which the policy permits the next target, and throws any other error. */
async function prepareFor<Event extends object, Result>(
  state: TargetState<Event, Result>,
  scope: { readonly signal: AbortSignal },
): Promise<PreparedCall<Event, Result> | LlmError> {
  try {
    return await state.prepare(scope);
  } catch (cause) {
    const error = preparationError(cause, state.target.key);
    if (decisionFor(error.kind, state.settings.policy).advance) return error;
    throw error;
  }
}

/** Returns the function that receives the text of a response; `undefined` if the call has no listener. */
function textReporter(
  listener: CallOptions['onRawResponse'],
  { target, attempt }: AttemptInfo,
): ((text: string) => void) | undefined {
  if (listener === undefined) return undefined;
  return (text) => {
    notify(listener, { target, attempt, text });
  };
}

interface AttemptParts<Event extends object, Result> {
  readonly context: CallContext<Event, Result>;
  readonly state: TargetState<Event, Result>;
  readonly prepared: PreparedCall<Event, Result>;
  readonly info: AttemptInfo & { readonly delivery: 'deltas' | 'complete' };
  readonly permits: Permits;
  readonly claim: HealthClaim;
}

/**
 * One request to one target. Owns the gates' permits, the claim on the target's health, the timers and the reader, and releases
 * them when the attempt ends. An attempt ends with `finish`, `fail`, `failInRace` or `loseRace`.
 */
export class Attempt<Event extends object, Result> {
  readonly state: TargetState<Event, Result>;
  readonly answer: Answer<Event, Result>;
  private readonly parts: AttemptParts<Event, Result>;
  private readonly timers: AttemptTimers;
  private readonly reader: AttemptReader<Event>;
  private readonly startedAt: number;
  private isCommitReported = false;
  /** Usage that the provider reported before the end of the stream. */
  private reportedUsage: Usage | undefined;

  constructor(parts: AttemptParts<Event, Result>) {
    const { context, state, prepared, info, claim } = parts;
    const { call, deps } = context;
    const { settings, recoveries } = state;
    const answer = prepared.newAnswer();
    const callbacks = {
      credential: (value: string): void => {
        claim.useCredential(value);
      },
      reportUsage: (usage: Usage): void => {
        this.reportedUsage = usage;
      },
      reportText: textReporter(call.onRawResponse, info),
    };
    this.parts = parts;
    this.state = state;
    this.answer = answer;
    this.startedAt = deps.clock.now();
    this.timers = new AttemptTimers({
      clock: deps.clock,
      target: info.target,
      timeouts: mergeTimeouts(prepared.timeouts, settings.timeouts),
      isNonStreaming: prepared.isNonStreaming,
      // Only chat answers count characters, so the pace of other operations is not measured.
      pace: answer.characters === undefined ? undefined : settings.pace,
      characters: () => answer.characters ?? 0,
      onTimeout: (error) => {
        this.stop(error);
      },
    });
    this.reader = new AttemptReader({
      target: info.target,
      timers: this.timers,
      waitUntil: call.waitUntil,
      answer,
      answerError: () => this.answerError(),
      open: (signal) =>
        openInHook(deps.around, info, () => {
          const { target, delivery } = info;
          return prepared.open({ target, delivery, signal, recoveries, ...deps.transport(), ...callbacks });
        }),
    });
  }

  /** Attempt with which the call continues. A `Hedge` has the same property, so the call treats both alike. */
  get attempt(): this {
    return this;
  }

  /** Whether the first content has arrived. */
  get isCommitted(): boolean {
    return this.reader.isCommitted;
  }

  /** Latest time at which the attempt can still be running, in epoch milliseconds; `Infinity` without a limit. */
  latestEnd(): number {
    return this.timers.waitsUntil() + unreadMsOf(this.parts.context.call.settings.timeouts);
  }

  /** Reads the next step, which contains events, the finish or a failure. */
  readStep(): Promise<Step<Event>> {
    return this.reader.readStep();
  }

  /** Aborts the request. A pending `readStep` resolves with this error. */
  stop(error: LlmError): void {
    this.reader.stop(error);
  }

  /** Reports the commit to the target's health and to the listeners. Later calls have no effect. */
  reportCommit(): void {
    if (this.isCommitReported) return;
    this.isCommitReported = true;
    const { context, info, claim } = this.parts;
    const { target } = info;
    claim.commit();
    this.state.rememberRecoveries();
    context.log.event({ type: 'committed', target, msToFirst: this.elapsedMs() });
    if (claim.wasTargetBenched) context.log.event({ type: 'recovered', target, until: undefined });
  }

  /** Ends a finished attempt. Waits until the gates' permits are settled, but at most one second. */
  async finish(): Promise<void> {
    this.parts.claim.finish();
    await this.end('finished', undefined);
  }

  /** Ends a failed attempt and decides what the call does next. Waits at most one second until the gates' permits are settled. */
  async fail(cause: unknown): Promise<AttemptFailure> {
    const { state } = this;
    const { call, deps, scope } = this.parts.context;
    const { settings } = state;
    this.reader.close();
    const plain = this.errorOf(scope.reason ?? cause);
    const error = await withSuggestion(plain, state.target, deps.suggestModel, scope.signal);
    const recovery = state.availableRecovery(error);
    const isConclusive = scope.reason === undefined && recovery === undefined;
    // Before `currentBench`, because this failure may bench the target or the credential.
    const benchedUntil = this.failClaim(error, isConclusive);
    const facts = {
      error,
      canRecover: recovery !== undefined,
      tries: state.tries,
      isFinal: this.isCommitted && call.isStreamed && settings.afterCommit === 'error',
      wasProbe: this.parts.claim.isProbe,
      isBenched: state.health.currentBench() !== undefined,
      remainingMs: scope.remainingMs(),
      random: deps.random(),
    };
    const verdict = verdictOn(facts, settings);
    await this.endFailed(error, verdict, benchedUntil);
    if (verdict.type === 'recover' && recovery !== undefined) state.useRecovery(recovery);
    return { error, verdict };
  }

  /** Ends an attempt that failed while another attempt is running. Returns whether the target can be called again at once. */
  failInRace(cause: unknown): boolean {
    const { state } = this;
    const { error, recovery } = this.endInRace(cause);
    if (recovery !== undefined) {
      state.useRecovery(recovery);
      return true;
    }
    const { attempts, policy } = state.settings;
    const { isProbe } = this.parts.claim;
    // Otherwise, the chain may try the target again after the race.
    state.hasFailedInRace = isProbe || state.tries >= attempts || !decisionFor(error.kind, policy).retry;
    return false;
  }

  /** Aborts the attempt because another attempt was faster. The abort does not count against the health of the target. */
  loseRace(): void {
    const error = new LlmError('aborted', 'another target answered first', { code: 'abandoned' });
    this.stop(error);
    this.endInRace(error);
  }

  private endInRace(cause: unknown): {
    readonly error: LlmError;
    readonly recovery: AvailableRecovery<Event, Result> | undefined;
  } {
    const { reason } = this.parts.context.scope;
    this.reader.close();
    const error = this.errorOf(reason ?? cause);
    const recovery = this.state.availableRecovery(error);
    // `loseRace` aborts only this attempt, so the scope has no `reason`.
    const isConclusive = reason === undefined && recovery === undefined && error.kind !== 'aborted';
    const benchedUntil = this.failClaim(error, isConclusive);
    // Does not wait for the permits, because the other attempt continues meanwhile.
    void this.endFailed(error, { type: recovery === undefined ? 'advance' : 'recover' }, benchedUntil);
    return { error, recovery };
  }

  /**
   * Reports the failure to the health of the target or credential, which returns the end of a new bench of the target.
   *
   * @param isConclusive see `HealthClaim.fail`
   */
  private failClaim(error: LlmError, isConclusive: boolean): number | undefined {
    // The attempt has sent nothing, so it does not use up one of `attempts`.
    if (error.details.code === CREDENTIAL_BENCHED) this.state.uncountStart();
    return this.parts.claim.fail(error, isConclusive, this.state.settings);
  }

  private async endFailed(
    error: LlmError,
    verdict: Verdict,
    benchedUntil: number | undefined,
  ): Promise<void> {
    const { context, info } = this.parts;
    const { log, deps } = context;
    const { target, attempt } = info;
    const { code, retryAfterMs = 0 } = error.details;
    if (code === CREDENTIAL_BENCHED) log.credentialBenched(target, deps.clock.now() + retryAfterMs);
    else log.event({ type: 'attempt-failed', target, attempt, error, willRetryInMs: retryInMs(verdict) });
    const settled = this.end(outcomeOf(error), error);
    if (benchedUntil !== undefined) log.event({ type: 'benched', target, until: benchedUntil });
    await settled;
  }

  private end(outcome: AttemptRecord['outcome'], error: LlmError | undefined): Promise<void> | undefined {
    const { context, state, info, permits } = this.parts;
    const record: AttemptRecord = {
      ...targetFields(state.target),
      outcome,
      error,
      ms: this.elapsedMs(),
      ...answerFields(this.answer, error, this.reportedUsage),
      ...(this.reader.isCutOff && outcome !== 'finished' && { stopped: true }),
    };
    context.log.attemptEnd(info.attempt, record);
    return permits.settle(record);
  }

  private errorOf(cause: unknown): LlmError {
    const { answer, reportedUsage, parts, state } = this;
    const { target } = parts.info;
    const { classify } = state.settings;
    return attemptError(cause, { target, request: parts.prepared.request, answer, reportedUsage, classify });
  }

  /** Returns the error if the finished answer is a failure that the policy does not accept. Otherwise, returns `undefined`. */
  private answerError(): LlmError | undefined {
    const error = this.answer.fault();
    const isAccepted = error && decisionFor(error.kind, this.state.settings.policy).accept === true;
    return isAccepted ? undefined : error;
  }

  private elapsedMs(): number {
    return this.parts.context.deps.clock.now() - this.startedAt;
  }
}
