import { LlmError, systemClock, type Clock } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import { hold, layoutOf, type Hold, type RecordStore, type StoredRecord } from '@majordomo/records';
import { callsThatWait } from './call-paths.ts';
import { checkRunAgent } from './check-run-agent.ts';
import { newest } from './newest.ts';
import type { Done, RunState } from './state.ts';

/** Options of `createRuns`. */
export interface RunsOptions {
  /** Store of the runs. All processes that may continue a run share it. */
  readonly records: RecordStore;
  /** Clock of the renewals. `@default the system clock` */
  readonly clock?: Clock | undefined;
}

/**
 * Stored agent runs. A run has no owner: check that a run is of the user before you pass an id that the user has sent.
 *
 * `load` locks the run for `leaseMs` (60,000 ms by default), and renews the lock while the process lives. `save` and `release`
 * unlock the run.
 *
 * Every lock and every save gives the run another version. The object remembers the version that it last loaded or saved, and its
 * later writes carry this version. A process that was suspended for longer than its lease therefore changes nothing after another
 * process has locked, saved or removed the run. An object is one holder: use it for one task per run at a time.
 */
export interface Runs {
  /**
   * Saves a run. Rejects with `denied` if another process has locked the run, or has locked, saved or removed it since this object
   * loaded or saved it. A late save therefore never creates a removed run again. A save of a finished run (`done`) ends what the
   * object remembers of the run. If the store fails, the run may be saved; the same call again finds out.
   */
  save(id: string, state: RunState): Promise<void>;
  /**
   * Loads and locks a run. Returns `undefined` if the run does not exist. Rejects with `denied` and the code `locked` if the run is
   * locked. `retryAfterMs` is then the rest of the lease, which a living process renews. Rejects with `config` if the run belongs
   * to another agent than `options.agent`, and does not lock it.
   */
  load(id: string, options?: LoadOptions): Promise<RunState | undefined>;
  /** Unlocks a run without changing it. Has no effect if this process has not locked the run. */
  release(id: string): Promise<void>;
  /** Lists runs, the newest first. Finished runs are listed only with `done: true`. */
  list(query?: RunQuery): Promise<readonly RunInfo[]>;
  /**
   * Removes a run, even if another process has locked the run. Only an object that has loaded the run, and has neither saved nor
   * released it since, must still have the lock: otherwise, `remove` rejects with `denied`.
   */
  remove(id: string): Promise<void>;
}

/** Options of `Runs.load`. */
export interface LoadOptions {
  /** Time after which the lock ends if the process does not renew it, in milliseconds. @default 60_000 */
  readonly leaseMs?: number | undefined;
  /** Agent that continues the run. @default the agent is checked when it runs, after the run was locked */
  readonly agent?: { readonly name: string | undefined } | undefined;
}

/** Filter for a list of runs. */
export interface RunQuery {
  /** Whether to return only runs that wait for a decision (true), or only runs that do not wait (false). @default both */
  readonly awaiting?: boolean | undefined;
  /** Whether to return finished runs instead of unfinished runs. @default false */
  readonly done?: boolean | undefined;
  /** Maximum number of listed runs. @default all runs */
  readonly limit?: number | undefined;
}

/** Information about a stored run. */
export interface RunInfo {
  readonly id: string;
  /** Time of the last save. */
  readonly at: Date;
  /** Whether the run waits for a decision. */
  readonly awaiting: boolean;
  /** Reason for which the run ended, or `undefined` for an unfinished run. */
  readonly done: Done | undefined;
  /** Whether a process has locked the run. */
  readonly held: boolean;
}

/** What the object knows of a run that it has loaded or saved. */
interface Known {
  readonly version: number;
  /** Lock of a run that was loaded, and neither saved nor released since. It may be lost. */
  readonly lock?: Hold | undefined;
}

const KINDS: KindsOf<RunsOptions> = { records: 'object with write', clock: 'object with now' };
const SPACE = 'runs';
const DEFAULT_LEASE_MS = 60_000;
/** Maximum number of runs whose version is known. Above this number, the versions of unlocked runs are forgotten, oldest first. */
const MAX_KNOWN = 100_000;
/** Labels of the runs, by which they are listed. Those of finished runs are their reasons. */
const AWAITING = 'awaiting';
const OPEN = 'open';
const FINISHED: Readonly<Record<Done, true>> = {
  answered: true,
  'max-steps': true,
  truncated: true,
  refused: true,
  'tool-loop': true,
  budget: true,
};
const layout = layoutOf<RunState>('the run', 1);

/** Creates the access to the runs of a store, in its space `runs`. */
export function createRuns(options: RunsOptions): Runs {
  checkOptions('createRuns', options, KINDS, ['records']);
  const { records, clock = systemClock } = options;
  const runs = new Map<string, Known>();

  const remember = (id: string, known: Known): void => {
    runs.delete(id);
    runs.set(id, known);
    if (runs.size <= MAX_KNOWN) return;
    for (const [oldest, { lock }] of runs) {
      if (lock !== undefined) continue;
      runs.delete(oldest);
      return;
    }
  };

  /** Returns the error of a write that was refused because another process has changed the run. `record`: stored run, if any. */
  const lateError = (action: 'saved' | 'removed', id: string, record: StoredRecord | undefined): LlmError => {
    const why =
      record === undefined
        ? 'another process has removed it; discard this state, or call `remove` to create the run again'
        : isHeld(record)
          ? 'another process holds it; load it again and continue from there'
          : 'another process has locked or saved it meanwhile, or an earlier save succeeded although it was rejected; load it again and continue from there';
    return new LlmError('denied', `the run "${id}" was not ${action}: ${why}`);
  };

  /** Saves a run that this object does not know: creates it, or replaces it if no process has locked it. */
  const create = async (id: string, put: Saved): Promise<number> => {
    // With version 0, the store accepts the run only if none is stored.
    for (let version = 0; ;) {
      const [saved] = (await records.write(SPACE, [{ ...put, type: 'put', key: id, version }])) ?? [];
      if (saved !== undefined) return saved;
      const record = await records.get(SPACE, id);
      if (record !== undefined && isHeld(record)) throw lateError('saved', id, record);
      version = record?.version ?? 0;
    }
  };

  return {
    async save(id, state) {
      const { done } = state;
      const label = done ?? (callsThatWait(state).length > 0 ? AWAITING : OPEN);
      const put = { value: layout.write(state), label };
      const { lock, version: known } = runs.get(id) ?? {};
      let version: number | undefined;
      if (lock !== undefined) {
        // The release also stores the state, and `lock.record` then has its version.
        if ((await unlessLost(lock.release(put))) !== undefined) version = lock.record.version;
      } else if (known !== undefined) {
        [version] = (await records.write(SPACE, [{ ...put, type: 'put', key: id, version: known }])) ?? [];
      } else {
        version = await create(id, put);
      }
      if (version === undefined) throw lateError('saved', id, await records.get(SPACE, id));
      if (done === undefined) remember(id, { version });
      else runs.delete(id);
    },

    async load(id, { leaseMs = DEFAULT_LEASE_MS, agent } = {}) {
      // After a pause of the process, the lease may have ended although the lock is still in use here.
      if (runs.get(id)?.lock?.signal.aborted === false) throw lockedRun(id, undefined, clock.now());
      let state: RunState | undefined;
      const take = (record: StoredRecord): object | undefined => {
        state = layout.read(id, record.value);
        if (agent !== undefined) checkRunAgent(`the run "${id}" was not loaded`, state.agent, agent);
        // `undefined` makes the result `busy`. `{}` locks the run without changing it.
        return isHeld(record) ? undefined : {};
      };
      const result = await hold(records, SPACE, id, leaseMs, { clock, take });
      if (result.state === 'missing') return undefined;
      if (result.state === 'busy') throw lockedRun(id, result.record.dueMs, clock.now());
      remember(id, { version: result.hold.record.version, lock: result.hold });
      return state;
    },

    async release(id) {
      const lock = runs.get(id)?.lock;
      if (lock === undefined) return;
      try {
        await unlessLost(lock.release());
      } finally {
        // Also after a failure of the store, because the lease is not renewed any more.
        remember(id, { version: lock.record.version });
      }
    },

    async list({ awaiting, done = false, limit = Infinity } = {}) {
      const unfinished = awaiting === undefined ? [AWAITING, OPEN] : [awaiting ? AWAITING : OPEN];
      const labels = done ? Object.keys(FINISHED) : unfinished;
      const lists = await Promise.all(
        labels.map((label) => newest(records, SPACE, { label, values: false }, limit)),
      );
      return lists
        .flat()
        .toSorted((a, b) => b.at - a.at)
        .slice(0, limit)
        .map(infoOf);
    },

    async remove(id) {
      const lock = runs.get(id)?.lock;
      if (lock === undefined) await records.write(SPACE, [{ type: 'remove', key: id }]);
      else if ((await unlessLost(lock.remove())) === undefined) {
        const record = await records.get(SPACE, id);
        if (record !== undefined) throw lateError('removed', id, record);
      }
      runs.delete(id);
    },
  };
}

/** Value and label of a saved run. */
interface Saved {
  readonly value: string;
  readonly label: string;
}

/** Returns the result of a change by the holder of a lock, or `undefined` if the lock is lost. */
async function unlessLost<T>(change: Promise<T>): Promise<T | undefined> {
  try {
    return await change;
  } catch (error) {
    if (LlmError.is(error) && error.kind === 'denied') return undefined;
    throw error;
  }
}

/** Whether a process has locked the run. `dueMs`: rest of its lease; `undefined` for an unlocked run, and 0 or less after its end. */
const isHeld = ({ dueMs }: StoredRecord): boolean => dueMs !== undefined && dueMs > 0;

const infoOf = (record: StoredRecord): RunInfo => ({
  id: record.key,
  at: new Date(record.at),
  awaiting: record.label === AWAITING,
  done: record.label in FINISHED ? (record.label as Done) : undefined,
  held: isHeld(record),
});

/**
 * Returns the error for a run that cannot be loaded because it is locked. `leftMs`: rest of the lease in milliseconds; `undefined`
 * if the object itself has locked the run. `now`: current time in milliseconds.
 */
function lockedRun(id: string, leftMs: number | undefined, now: number): LlmError {
  const why =
    leftMs === undefined
      ? 'this object has locked it already; save or release it first'
      : `another process has locked it; if that process has ended, the lock ends at ${new Date(now + leftMs).toISOString()}, so load the run again then`;
  return new LlmError('denied', `the run "${id}" was not loaded: ${why}`, {
    code: 'locked',
    retryAfterMs: leftMs,
  });
}
