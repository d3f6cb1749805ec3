import type { Recovery } from '../contract/llm-error.ts';
import type { Place } from '../resolve/resolve.ts';
import type { Operation, PreparedCall } from './operation.ts';
import type { RecoveryMemory } from './recoveries.ts';

/** Recoveries per call and target: a vendor that refuses one thing after another is not argued with. */
const MOST_RECOVERIES = 4;

/** What one call knows of one of its targets. */
export class Visit<Event extends object, Result> {
  readonly place: Place;
  private readonly operation: Operation<Event, Result>;
  private readonly memory: RecoveryMemory;
  private prepared: PreparedCall<Event, Result> | undefined;
  private asked = 0;
  private begun = 0;
  private recoveries: readonly Recovery[] = [];

  constructor(place: Place, operation: Operation<Event, Result>, memory: RecoveryMemory) {
    this.place = place;
    this.operation = operation;
    this.memory = memory;
  }

  /** Once for each target of a call; later tries differ by recoveries only. */
  prepare(scope: {
    readonly signal: AbortSignal;
  }): PreparedCall<Event, Result> | Promise<PreparedCall<Event, Result>> {
    if (this.prepared !== undefined) return this.prepared;
    const preparing = this.operation.prepare(this.place, scope);
    return preparing instanceof Promise
      ? preparing.then((prepared) => this.keep(prepared))
      : this.keep(preparing);
  }

  /** The number of the next attempt: gates name what they reserve by it, so it is never given twice. */
  nextNumber(): number {
    return ++this.asked;
  }

  /** The attempt has got past the gates. */
  began(): void {
    this.begun++;
  }

  /** Attempts that have begun; those that a recovery brought about are not counted. */
  get tries(): number {
    return this.begun - this.recoveries.length;
  }

  /** The recovery, if this call may still use it here: each one once, and not too many. */
  usable(recovery: Recovery | undefined): Recovery | undefined {
    if (recovery === undefined || this.recoveries.length >= MOST_RECOVERIES) return undefined;
    return this.recoveries.some(({ id }) => id === recovery.id) ? undefined : recovery;
  }

  /** The next attempt is changed by it. */
  recover(recovery: Recovery, why: string): void {
    this.recoveries = [...this.recoveries, recovery];
    this.memory.remember(this.place.key, recovery);
    this.prepared = this.prepared?.changed(recovery, why);
  }

  private keep(prepared: PreparedCall<Event, Result>): PreparedCall<Event, Result> {
    let changed = prepared;
    for (const recovery of this.memory.for(this.place.key)) {
      changed = changed.changed(recovery, 'an earlier call was refused');
    }
    this.prepared = changed;
    return changed;
  }
}
