import type { Target } from '../resolve/resolve.ts';
import type { LlmError, Recovery } from '../types/llm-error.ts';
import type { ChainDeps, Operation, PreparedCall } from './call.ts';
import { Standing } from './health-claim.ts';
import type { RecoveryMemory } from './recovery-memory.ts';
import type { ChainSettings } from './settings.ts';

/** Recoveries per call and target: a vendor that refuses one thing after another is not argued with. */
const MOST_RECOVERIES = 4;

/** A recovery, and the call as it would be sent after it. */
export interface Recovered<Event extends object, Result> {
  readonly recovery: Recovery;
  readonly prepared: PreparedCall<Event, Result>;
}

/** What one call knows of one of its targets. */
export class TargetState<Event extends object, Result> {
  readonly place: Target;
  readonly standing: Standing;
  readonly settings: ChainSettings;
  private operation: Operation<Event, Result>;
  private readonly memory: RecoveryMemory;
  private prepared: PreparedCall<Event, Result> | undefined;
  /** It has failed permanently while another target was asked: it gets no turn of its own. */
  isSpent = false;
  private asked = 0;
  private begun = 0;
  private used: readonly Recovery[] = [];

  constructor(place: Target, operation: Operation<Event, Result>, settings: ChainSettings, deps: ChainDeps) {
    this.place = place;
    this.settings = settings;
    this.standing = new Standing(place.key, deps);
    this.operation = operation;
    this.memory = deps.memory;
  }

  /** Once for each target of a call; later tries differ by recoveries only. */
  async prepare(scope: { readonly signal: AbortSignal }): Promise<PreparedCall<Event, Result>> {
    return this.prepared ?? this.keep(await this.operation.prepare(this.place, scope));
  }

  /** From now on the target is asked this. */
  ask(operation: Operation<Event, Result>): void {
    this.operation = operation;
    this.prepared = undefined;
  }

  /** Those that this call has used here. */
  get recoveries(): readonly Recovery[] {
    return this.used;
  }

  /** The number of the next attempt: gates name what they reserve by it, so it is never given twice. */
  nextNumber(): number {
    return this.place.nextNumber?.() ?? ++this.asked;
  }

  /** The attempt has got past the gates. */
  began(): void {
    this.begun++;
  }

  /** Attempts that have begun; those that a recovery brought about are not counted. */
  get tries(): number {
    return this.begun - this.used.length;
  }

  /**
   * How the call would be sent after this error's recovery, if it may still be used here: each one once, and not too
   * many. One that throws is none.
   */
  recovered({ message, details: { recover } }: LlmError): Recovered<Event, Result> | undefined {
    if (recover === undefined || (recover.changesCredential !== true && this.argued >= MOST_RECOVERIES))
      return undefined;
    if (this.used.some(({ id }) => id === recover.id)) return undefined;
    const prepared = this.prepared && changed(this.prepared, recover, message);
    return prepared && { recovery: recover, prepared };
  }

  /** Those that changed the request: a pool may have many keys, each of which is tried once. */
  private get argued(): number {
    return this.used.filter(({ changesCredential }) => changesCredential !== true).length;
  }

  /** The next attempt is the changed one. */
  recover({ recovery, prepared }: Recovered<Event, Result>): void {
    this.used = [...this.used, recovery];
    this.memory.remember(this.place.key, recovery);
    this.prepared = prepared;
  }

  private keep(prepared: PreparedCall<Event, Result>): PreparedCall<Event, Result> {
    let ready = prepared;
    const known = this.memory.for(this.place.key, prepared.request);
    for (const recovery of new Set([...known, ...this.used])) {
      ready = changed(ready, recovery, 'an earlier call was refused') ?? ready;
    }
    this.prepared = ready;
    return ready;
  }
}

/** Recoveries are a provider's code: one that throws changes nothing. */
function changed<Event extends object, Result>(
  prepared: PreparedCall<Event, Result>,
  recovery: Recovery,
  why: string,
): PreparedCall<Event, Result> | undefined {
  try {
    return prepared.changed(recovery, why);
  } catch {
    return undefined;
  }
}
