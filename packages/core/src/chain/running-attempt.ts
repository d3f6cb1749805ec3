import { LlmError, withDetails, type Attempt } from '../contract/llm-error.ts';
import type { Usage } from '../contract/usage.ts';
import { asLlmError } from '../error/as-llm-error.ts';
import { decisionFor } from '../error/policy.ts';
import type { Admission } from '../gates/admission.ts';
import type { Call, ChainDeps } from './call.ts';
import { CREDENTIAL_BENCHED } from './benched-error.ts';
import { openInside } from './open.ts';
import type { PreparedCall } from './operation.ts';
import type { Answer } from '../stream/answer.ts';
import { Reading, type Step } from './reading.ts';
import { attemptOf, type CallRecord } from './record.ts';
import { mergeTimeouts } from '../merge-timeouts.ts';
import type { ChainSettings } from './settings.ts';
import type { HealthClaim } from './standing.ts';
import type { Verdict } from './verdict.ts';
import type { Visit } from './visit.ts';
import type { Watched } from './watched-attempt.ts';

interface Facts<Event extends object, Result> {
  readonly visit: Visit<Event, Result>;
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
  readonly visit: Visit<Event, Result>;
  readonly answer: Answer<Event, Result>;
  private readonly facts: Facts<Event, Result>;
  private readonly reading: Reading<Event>;
  private readonly began: number;
  private hasToldCommit = false;

  constructor(facts: Facts<Event, Result>) {
    const { visit, call, deps, prepared, watched } = facts;
    this.facts = facts;
    this.visit = visit;
    this.answer = prepared.newAnswer();
    this.began = deps.clock.now();
    const target = visit.place.key;
    const delivery = prepared.isWhole ? 'whole' : 'deltas';
    const { recoveries } = visit;
    const credential = (value: string): void => {
      facts.claim.use(value);
    };
    this.reading = new Reading({
      target,
      isWhole: prepared.isWhole,
      clock: deps.clock,
      timeouts: mergeTimeouts(prepared.timeouts, visit.settings.timeouts),
      pace: visit.settings.pace,
      answer: this.answer,
      fault: () => faultOf(this.answer, visit.settings),
      waitUntil: call.waitUntil,
      lifeline: watched?.lifeline,
      open: (signal) =>
        openInside(deps.around, watched?.info, () =>
          prepared.open({ target, delivery, signal, ...deps.transport(), credential, recoveries }),
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
    const partial = details.partial ?? this.answer.partial();
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
    const settling = this.ended(outcome, error, error.details.partial?.usage ?? this.answer.usage);
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
