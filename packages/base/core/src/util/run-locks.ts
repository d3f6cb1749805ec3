import type { Clock } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';

/** Maximum number of runs whose version is known. Above this number, the versions of unlocked runs are forgotten, oldest first. */
const MAX_KNOWN = 100_000;
/** Number of renewals during a lease. */
const RENEWALS = 3;

interface Lock {
  isLost: boolean;
  stop: () => void;
}

/**
 * Versions of the runs that this store object has loaded or saved, and its locks. Every lock and every save of a run has a higher
 * version than all earlier ones. A write with an older version is late: another process has locked or saved the run since.
 */
export class RunLocks {
  private readonly clock: Clock;
  private readonly versions = new Map<string, number>();
  private readonly locks = new Map<string, Lock>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Returns the version that this store object last loaded or saved, or `undefined` if it does not know the run. */
  version(id: string): number | undefined {
    return this.versions.get(id);
  }

  /** Whether this store object has loaded the run, and has neither saved, released nor removed it. The lock may be lost. */
  hasLoaded(id: string): boolean {
    return this.locks.has(id);
  }

  /** Whether this store object has locked the run, as far as it knows. */
  hasLocked(id: string): boolean {
    return this.locks.get(id)?.isLost === false;
  }

  /** Records a lock. Calls `renew` during the lease until the lock ends. `renew` returns whether the lock still exists. */
  lock(id: string, version: number, leaseMs: number, renew: () => Promise<boolean>): void {
    this.unlock(id);
    const lock: Lock = { isLost: false, stop: () => undefined };
    const next = (): void => {
      lock.stop = this.clock.timer(
        leaseMs / RENEWALS,
        () => {
          next();
          // Ignore the error, because the next renewal tries again. If the lease ends, later writes are refused.
          renew().then(
            (exists) => {
              if (!exists) lose(lock);
            },
            () => undefined,
          );
        },
        true,
      );
    };
    next();
    this.locks.set(id, lock);
    this.remember(id, version);
  }

  /** Records that the lock is lost. The version remains known, so that later writes are refused. */
  loseLock(id: string): void {
    const lock = this.locks.get(id);
    if (lock !== undefined) lose(lock);
  }

  /** Ends the lock of this store object. The version remains known. */
  unlock(id: string): void {
    this.loseLock(id);
    this.locks.delete(id);
  }

  /** Ends the lock, and records the version of a save. */
  saved(id: string, version: number): void {
    this.unlock(id);
    this.remember(id, version);
  }

  /** Ends the lock, and forgets the version. */
  forget(id: string): void {
    this.unlock(id);
    this.versions.delete(id);
  }

  /** Stops all renewals. */
  close(): void {
    for (const id of this.locks.keys()) this.loseLock(id);
  }

  private remember(id: string, version: number): void {
    this.versions.delete(id);
    this.versions.set(id, version);
    if (this.versions.size <= MAX_KNOWN) return;
    for (const oldest of this.versions.keys()) {
      if (this.locks.has(oldest)) continue;
      this.versions.delete(oldest);
      return;
    }
  }
}

function lose(lock: Lock): void {
  lock.isLost = true;
  lock.stop();
}

/**
 * Returns the error for a run that cannot be loaded because it is locked. `leftMs`: rest of the lease in milliseconds; `undefined`
 * if the store object itself has locked the run. `now`: current time in milliseconds.
 */
export function lockedRun(id: string, leftMs: number | undefined, now: number): LlmError {
  const why =
    leftMs === undefined
      ? 'this store object has locked it already; save or release it first'
      : `another process has locked it; if that process has ended, the lock ends at ${new Date(now + leftMs).toISOString()}, so load the run again then`;
  return new LlmError('denied', `the run "${id}" was not loaded: ${why}`, {
    code: 'locked',
    retryAfterMs: leftMs,
  });
}

/** Throws `config` if a run belongs to another agent. `owner`: name of the agent that began the run; `undefined` if it has no name. */
export function checkRunAgent(
  subject: string,
  owner: string | undefined,
  { name }: { readonly name: string | undefined },
): void {
  if (owner === undefined || owner === name) return;
  const other = name === undefined ? 'an agent without a name' : `"${name}"`;
  throw new LlmError(
    'config',
    `${subject}: the run belongs to the agent "${owner}", not to ${other}; continue it with the agent that began it`,
    { path: 'state.agent' },
  );
}
