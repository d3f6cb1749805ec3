import { asLlmError } from '../errors/normalize.ts';
import { decisionFor } from '../errors/policy.ts';
import { type Admission, FREE } from '../gates/admit.ts';
import type { Bench } from '../health/tracker.ts';
import type { Answer } from '../stream/accumulator.ts';
import { type Attempt, LlmError, withDetails } from '../types/llm-error.ts';
import type { Usage } from '../types/usage.ts';
import { mergeTimeouts } from '../util/options.ts';
import { watch, type Watched } from './attempt-info.ts';
import { openInside, Reading, type Step } from './attempt-reader.ts';
import { attemptOf, type CallRecord, type PassedOver, skippedAttempt } from './call-log.ts';
import type { Call, ChainDeps, PreparedCall } from './call.ts';
import type { CallScope } from './call-scope.ts';
import type { ClaimMode, HealthClaim } from './health-claim.ts';
import type { ChainSettings } from './settings.ts';
import type { TargetState } from './target-state.ts';
import { longestSilence } from './timers.ts';
import { benchedError, CREDENTIAL_BENCHED, type Verdict } from './verdict.ts';

/**
 * What comes before each attempt: is the target benched? Can it take the request? Do the gates admit it? Is it benched
 * by now? Only then is the probe claimed, and the attempt may open its connection.
 *
 * @param mode how the target is asked, should it be benched
 * @param isWanted asked once the gates have answered
 */
export async function beginAttempt<Event extends object, Result>(
  visit: TargetState<Event, Result>,
  call: Call<Event, Result>,
  deps: ChainDeps,
  scope: CallScope,
  record: CallRecord,
  mode: ClaimMode,
  isWanted?: () => boolean,
): Promise<RunningAttempt<Event, Result> | PassedOver> {
  const target = visit.place.key;
  scope.throwIfStopped();
  if (mode === 'unless-benched') {
    const bench = visit.standing.bench();
    if (bench !== undefined) return asBenched(target, bench, deps);
  }

  const prepared = await prepare(visit, scope);
  if (prepared instanceof Error) return passedOver('unsupported', prepared, visit.settings);

  const number = visit.nextNumber();
  const watched = isWatched(deps) ? watch(visit.place, number, prepared, call, deps, scope) : undefined;
  const admission = (await watched?.asked) ?? FREE;
  if (admission instanceof Error) return passedOver('denied', admission, visit.settings);

  const isLate = isWanted?.() === false;
  const claim = isLate ? undefined : visit.standing.claim(mode, probeMs(prepared, visit.settings));
  if (claim === undefined) {
    const meanwhile = asBenched(target, visit.standing.bench(), deps);
    await admission.settle(skippedAttempt(visit.place, meanwhile.error));
    return meanwhile;
  }
  visit.began();
  if (claim.isProbe) record.health('probed', target);
  record.attemptStart(target, number);
  return new RunningAttempt({
    visit,
    call,
    deps,
    record,
    prepared,
    number,
    watched,
    admission,
    claim,
  });
}

function asBenched(target: string, bench: Bench | undefined, { clock }: ChainDeps): PassedOver {
  const error = benchedError(target, bench, clock.now());
  return { why: 'benched', error, until: bench?.until, advance: true };
}

function passedOver(why: PassedOver['why'], error: LlmError, { policy }: ChainSettings): PassedOver {
  const { advance } = decisionFor(error.kind, policy);
  return { why, error, until: undefined, advance: advance || error.details.code === 'advance' };
}

/** The error instead, where the target cannot take the request and the next one may. */
async function prepare<Event extends object, Result>(
  visit: TargetState<Event, Result>,
  scope: CallScope,
): Promise<PreparedCall<Event, Result> | LlmError> {
  try {
    return await visit.prepare(scope);
  } catch (cause) {
    // A provider's own code may throw anything: then this target cannot be asked, and the next one may.
    const error = asLlmError(cause, visit.place.key);
    if (decisionFor(error.kind, visit.settings.policy).advance) return error;
    throw error;
  }
}

/** A probe is over at its first content: a claim that is older belongs to nobody any more. */
const probeMs = <Event extends object, Result>(
  { timeouts, isNonStreaming }: PreparedCall<Event, Result>,
  { timeouts: own }: ChainSettings,
): number => longestSilence(mergeTimeouts(timeouts, own), isNonStreaming);

const isWatched = ({ gates, around }: ChainDeps): boolean => gates.length > 0 || around !== undefined;

interface Facts<Event extends object, Result> {
  readonly visit: TargetState<Event, Result>;
  readonly call: Call<Event, Result>;
  readonly deps: ChainDeps;
  readonly record: CallRecord;
  readonly prepared: PreparedCall<Event, Result>;
  readonly number: number;
  /** Absent when no gate and no hook looks. */
  readonly watched: Watched | undefined;
  readonly admission: Admission;
  readonly claim: HealthClaim;
}

/**
 * One try of one target, admitted and under way. It owns what was got for it, the permits and the claim on the
 * target's health, and gives each back when it ends, whatever ended it.
 */
export class RunningAttempt<Event extends object, Result> {
  readonly visit: TargetState<Event, Result>;
  readonly answer: Answer<Event, Result>;
  private readonly facts: Facts<Event, Result>;
  private readonly reading: Reading<Event>;
  private readonly began: number;
  private hasToldCommit = false;
  /** Usage that the provider reported before the end. */
  private reportedUsage: Usage | undefined;

  constructor(facts: Facts<Event, Result>) {
    const { visit, call, deps, prepared, watched } = facts;
    this.facts = facts;
    this.visit = visit;
    this.answer = prepared.newAnswer();
    this.began = deps.clock.now();
    const target = visit.place.key;
    const delivery = prepared.isNonStreaming ? 'complete' : 'deltas';
    const { recoveries } = visit;
    const credential = (value: string): void => {
      facts.claim.use(value);
    };
    const reportUsage = (usage: Usage): void => {
      this.reportedUsage = usage;
    };
    this.reading = new Reading({
      target,
      isWhole: prepared.isNonStreaming,
      clock: deps.clock,
      timeouts: mergeTimeouts(prepared.timeouts, visit.settings.timeouts),
      pace: visit.settings.pace,
      answer: this.answer,
      fault: () => faultOf(this.answer, visit.settings),
      waitUntil: call.waitUntil,
      lifeline: watched?.lifeline,
      open: (signal) =>
        openInside(deps.around, watched?.info, () =>
          prepared.open({
            target,
            delivery,
            signal,
            ...deps.transport(),
            credential,
            recoveries,
            reportUsage,
          }),
        ),
    });
  }

  /** Of one attempt that looks like a race: itself. */
  get attempt(): this {
    return this;
  }

  /** What comes next: events to show (none while nothing is committed), the finish, or the failure. */
  read(): Promise<Step<Event>> {
    return this.reading.step();
  }

  /** Ends it now: what is being read fails with this error, the socket is closed. */
  stop(error: LlmError): void {
    this.reading.stop(error);
  }

  get isCommitted(): boolean {
    return this.reading.isCommitted;
  }

  /** Once, after the first content. */
  tellCommitted(): void {
    if (this.hasToldCommit) return;
    this.hasToldCommit = true;
    const { claim, record } = this.facts;
    claim.committed();
    record.committed(this.target, this.ms());
    if (claim.isProbe) record.health('recovered', this.target);
  }

  /** The failure as the chain speaks of it: one kind, its target, and what had arrived. */
  describe(cause: unknown): LlmError {
    this.reading.close();
    const known = asLlmError(cause, this.target, this.facts.prepared.request);
    const error = classified(known, this.visit.settings.classify);
    const { details } = error;
    const arrived = this.answer.partial();
    const partial =
      details.partial ?? (arrived && { ...arrived, usage: arrived.usage ?? this.reportedUsage });
    return withDetails(error, { target: details.target ?? this.target, partial });
  }

  /** Returns until when the failure benched the target, if it did. */
  tellHealth(error: LlmError, isVerdict: boolean): number | undefined {
    return this.facts.claim.failed(error, isVerdict, this.visit.settings);
  }

  /** A promise, where permits have to be settled. */
  finished(): Promise<void> | undefined {
    this.facts.claim.finished();
    return this.ended('finished', undefined, this.answer.usage);
  }

  /** A promise, where permits have to be settled. */
  failed(error: LlmError, verdict: Verdict, benchedUntil: number | undefined): Promise<void> | undefined {
    const { record, number } = this.facts;
    const outcome = outcomeOf(error);
    if (outcome === 'skipped') record.foundBenched(this.target, this.comesBack(error));
    else record.attemptFailed(this.target, number, error, retryInMs(verdict));
    const settling = this.ended(
      outcome,
      error,
      error.details.partial?.usage ?? this.answer.usage ?? this.reportedUsage,
    );
    if (benchedUntil !== undefined) record.health('benched', this.target, benchedUntil);
    return settling;
  }

  private ended(
    outcome: Attempt['outcome'],
    error: LlmError | undefined,
    usage: Usage | undefined,
  ): Promise<void> | undefined {
    const { record, number, admission } = this.facts;
    const result: Attempt = {
      ...attemptOf(this.visit.place),
      outcome,
      error,
      usage,
      ms: this.ms(),
      ...(this.reading.isCutOff && outcome !== 'finished' && { stopped: true }),
    };
    record.attemptEnd(number, result);
    return admission.settle(result);
  }

  private comesBack({ details: { retryAfterMs = 0 } }: LlmError): number {
    return this.facts.deps.clock.now() + retryAfterMs;
  }

  private get target(): string {
    return this.visit.place.key;
  }

  private ms(): number {
    return this.facts.deps.clock.now() - this.began;
  }
}

/** Unless the policy takes it for an answer. */
function faultOf(
  answer: Pick<Answer<object, unknown>, 'fault'>,
  { policy }: ChainSettings,
): LlmError | undefined {
  const fault = answer.fault();
  return fault !== undefined && decisionFor(fault.kind, policy).accept === true ? undefined : fault;
}

function outcomeOf({ details: { code } }: LlmError): Attempt['outcome'] {
  if (code === CREDENTIAL_BENCHED) return 'skipped';
  return code === 'abandoned' ? code : 'failed';
}

function classified(
  error: LlmError,
  classify: ((error: LlmError) => LlmError['kind'] | undefined) | undefined,
): LlmError {
  try {
    const kind = classify?.(error);
    if (typeof kind !== 'string' || kind === error.kind) return error;
    return new LlmError(kind, error.message, error.details, { cause: error });
  } catch {
    // A classifier that throws has no say: the provider's word stands.
    return error;
  }
}

function retryInMs(verdict: Verdict): number | undefined {
  if (verdict.type === 'retry') return verdict.delayMs;
  return verdict.type === 'recover' ? 0 : undefined;
}
