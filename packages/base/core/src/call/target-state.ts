import type { Target } from '../resolve/resolve.ts';
import type { LlmError, Recovery } from '../types/llm-error.ts';
import type { ChainDeps, Operation, PreparedCall } from './contract.ts';
import { HealthClaims } from './health-claim.ts';
import { applyRecovery, availableRecovery, type AvailableRecovery } from './recoveries.ts';
import type { RecoveryMemory } from './recovery-memory.ts';
import type { ChainSettings } from './settings.ts';

/** State of one target during one call, shared by all attempts at the target. */
export class TargetState<Event extends object, Result> {
  readonly target: Target;
  readonly health: HealthClaims;
  readonly settings: ChainSettings;
  /** Whether this target is the last one of the chain. */
  readonly isLast: boolean;
  /** Recoveries that this call has used for the target. */
  recoveries: readonly Recovery[] = [];
  /** Whether the target failed in a race and must not be tried again. */
  hasFailedInRace = false;
  private operation: Operation<Event, Result>;
  private readonly memory: RecoveryMemory;
  private prepared: PreparedCall<Event, Result> | undefined;
  private lastNumber = 0;
  private startedAttempts = 0;

  constructor(
    target: Target,
    operation: Operation<Event, Result>,
    settings: ChainSettings,
    deps: ChainDeps,
    isLast: boolean,
  ) {
    this.target = target;
    this.settings = settings;
    this.isLast = isLast;
    this.health = new HealthClaims(target.key, deps);
    this.operation = operation;
    this.memory = deps.memory;
  }

  /** Returns the request for the target. Each operation prepares it once, because later attempts differ only by recoveries. */
  async prepare(scope: { readonly signal: AbortSignal }): Promise<PreparedCall<Event, Result>> {
    return (this.prepared ??= this.withRecoveries(await this.operation.prepare(this.target, scope)));
  }

  /** Replaces the operation for later attempts at the target. */
  setOperation(operation: Operation<Event, Result>): void {
    this.operation = operation;
    this.prepared = undefined;
  }

  /**
   * Returns the number of the next attempt. No number is returned twice, because gates use it in the name of a reservation. The
   * parts of an embedding call take their numbers from the shared `target.nextNumber`.
   */
  nextNumber(): number {
    return this.target.nextNumber?.() ?? ++this.lastNumber;
  }

  countStart(): void {
    this.startedAttempts++;
  }

  /** Reverses `countStart` for an attempt that sent nothing. */
  uncountStart(): void {
    this.startedAttempts--;
  }

  /** Number of requests to the target, excluding those that followed a recovery. A running attempt counts as a request. */
  get tries(): number {
    return this.startedAttempts - this.recoveries.length;
  }

  /** Returns the recovery that the error suggests, unless the call has already used that recovery or has reached the limit. */
  availableRecovery(error: LlmError): AvailableRecovery<Event, Result> | undefined {
    return this.prepared && availableRecovery(this.prepared, this.recoveries, error);
  }

  /** Makes the next attempt send the changed request. */
  useRecovery({ recovery, prepared }: AvailableRecovery<Event, Result>): void {
    this.recoveries = [...this.recoveries, recovery];
    this.prepared = prepared;
    // The recovery may change the credential, so a bench of the last one must not prevent the next attempt.
    this.health.forgetCredential();
  }

  /**
   * Remembers the recoveries for later calls, after the target has accepted the changed request. A recovery after which the request was
   * rejected again did not remove the reason.
   */
  rememberRecoveries(): void {
    for (const recovery of this.recoveries) this.memory.remember(this.target.key, recovery);
  }

  /** Applies the recoveries that the call has used before `setOperation`, and the stored recoveries of earlier calls. */
  private withRecoveries(prepared: PreparedCall<Event, Result>): PreparedCall<Event, Result> {
    const remembered = this.memory.recoveriesFor(this.target.key, prepared.request);
    let changed = prepared;
    for (const recovery of new Set([...remembered, ...this.recoveries])) {
      const next = applyRecovery(changed, recovery, 'an earlier call was refused') ?? changed;
      // A recovery of another call that changes nothing would only add its warning.
      if (this.recoveries.includes(recovery) || isChanged(changed, next)) changed = next;
    }
    return changed;
  }
}

const isChanged = (before: PreparedCall<object, unknown>, after: PreparedCall<object, unknown>): boolean =>
  before.request !== after.request || before.isNonStreaming !== after.isNonStreaming;
