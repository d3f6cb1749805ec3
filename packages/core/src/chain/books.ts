import { asLlmError } from '../error/as-llm-error.ts';
import { LlmError, withDetails } from '../contract/llm-error.ts';
import { decisionFor } from '../error/policy.ts';
import type { Call, ChainDeps } from './call.ts';
import { attemptRecord, type Journal } from './journal.ts';
import type { Launched } from './launch.ts';
import { asksTooLong, type Verdict } from './verdict.ts';

/** The bookkeeping of one call's attempts: what each end means for health, journal and permits. */
export class Books {
  private readonly call: Call;
  private readonly deps: ChainDeps;
  private readonly journal: Journal;

  constructor(call: Call, deps: ChainDeps, journal: Journal) {
    this.call = call;
    this.deps = deps;
    this.journal = journal;
  }

  /** Content arrived: it ends a probe, and the attempt counts anew from here. */
  committed(running: Launched): void {
    const { key } = running.target;
    running.told = true;
    running.epoch = this.deps.health.committed(key, running.epoch);
    this.journal.committed(key, this.since(running));
    if (running.probe) this.journal.health('recovered', key);
  }

  /** A promise, where permits have to be settled. */
  finished(running: Launched): Promise<void> | undefined {
    const { key } = running.target;
    this.deps.health.finished(key, running.epoch);
    const usage = running.attempt.answer.finish?.usage;
    const record = attemptRecord(key, 'finished', this.since(running), undefined, usage);
    this.journal.attemptEnd(running.number, record);
    return running.admission.settle(record);
  }

  /** The failure as the chain speaks of it: one kind, its target, and what had arrived. */
  describe(cause: unknown, { target, attempt }: Launched): LlmError {
    const error = this.classified(asLlmError(cause, target.key));
    const { details } = error;
    const partial = details.partial ?? attempt.answer.partial();
    return withDetails(error, { target: details.target ?? target.key, partial });
  }

  /** Counts the failure, or ends a probe without a verdict. Returns until when it benched the target. */
  judge({ target, epoch }: Launched, error: LlmError, uncounted: boolean): number | undefined {
    const { health } = this.deps;
    const { settings } = this.call;
    if (uncounted || !decisionFor(error.kind, settings.policy).bench) {
      health.released(target.key, epoch);
      return undefined;
    }
    const atOnce = error.kind === 'quota' || asksTooLong(error, settings);
    return health.failed(target.key, epoch, { retryAfterMs: error.details.retryAfterMs, atOnce }, error);
  }

  /** A promise, where permits have to be settled. */
  failed(
    running: Launched,
    error: LlmError,
    verdict: Verdict,
    benchedUntil: number | undefined,
  ): Promise<void> | undefined {
    const { target, number, admission } = running;
    const outcome = error.details.code === 'abandoned' ? 'abandoned' : 'failed';
    const usage = error.details.partial?.usage;
    const record = attemptRecord(target.key, outcome, this.since(running), error, usage);
    this.journal.attemptFailed(target.key, number, error, retryInMs(verdict));
    this.journal.attemptEnd(number, record);
    if (benchedUntil !== undefined) this.journal.health('benched', target.key, benchedUntil);
    return admission.settle(record);
  }

  private classified(error: LlmError): LlmError {
    try {
      const kind = this.call.settings.classify?.(error);
      if (kind === undefined || kind === error.kind) return error;
      return new LlmError(kind, error.message, error.details, { cause: error });
    } catch {
      // A classifier is a guest: the provider's word stands.
      return error;
    }
  }

  private since({ attempt }: Launched): number {
    return this.deps.clock.now() - attempt.began;
  }
}

function retryInMs(verdict: Verdict): number | undefined {
  if (verdict.type === 'retry') return verdict.delayMs;
  return verdict.type === 'recover' ? 0 : undefined;
}
