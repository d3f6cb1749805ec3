import { fromJson, toJson } from '@majordomo/core';

/** Journal of a run. It stores the result of each effect by name, so that a repeated run does not execute the effect again. */
export interface ReplayJournal {
  /** Returns the result stored under a name. If none is stored, executes the effect, stores its result and abandons the run. */
  step<T>(name: string, effect: () => Promise<T>): Promise<T>;
}

/** Result of `replayRun`. */
export interface ReplayResult<T> {
  readonly value: T;
  /** Names of the journal's entries, in the order in which they were stored. */
  readonly entries: readonly string[];
  /** Number of times that the run was started. */
  readonly runs: number;
}

const MAX_RUNS = 10_000;

/**
 * Simulates a durable engine with as many restarts as possible. After every journal entry, the run is abandoned and started
 * again, until it ends. Results of parallel effects are stored together, as JSON. Throws if a repeated run skips an earlier
 * entry, or if a run uses a name twice, because an engine could not resume such a run.
 *
 * @example
 * const { value } = await replayRun((journal) =>
 *   agent.drive(agent.begin('go'), {
 *     ...local,
 *     callModel: (state) => journal.step(modelCallName(state), () => local.callModel(state)),
 *   }));
 */
export async function replayRun<T>(run: (journal: ReplayJournal) => Promise<T>): Promise<ReplayResult<T>> {
  const entries = new Map<string, string>();
  for (let runs = 1; runs <= MAX_RUNS; runs++) {
    const outcome = await runOnce(run, entries);
    if (outcome !== undefined) return { ...outcome, entries: [...entries.keys()], runs };
  }
  throw new Error(`the run did not end after ${MAX_RUNS} starts; check it for an endless loop`);
}

/** Starts the run once. Resolves to `undefined` if the run was abandoned after a new entry. */
function runOnce<T>(
  run: (journal: ReplayJournal) => Promise<T>,
  entries: Map<string, string>,
): Promise<{ readonly value: T } | undefined> {
  return new Promise((resolve, reject) => {
    const attempt = new ReplayAttempt(
      entries,
      () => {
        resolve(undefined);
      },
      reject,
    );
    run({ step: (name, effect) => attempt.step(name, effect) }).then((value) => {
      resolve({ value });
    }, reject);
  });
}

/** One start of a run, which is abandoned when a new entry is stored. */
class ReplayAttempt {
  private readonly entries: Map<string, string>;
  private readonly names = new Set<string>();
  private readonly end: () => void;
  private readonly fail: (error: Error) => void;
  private running = 0;
  /** Whether an effect was stored in this start, or the run has skipped an earlier entry. */
  private isAbandoned = false;

  constructor(entries: Map<string, string>, end: () => void, fail: (error: Error) => void) {
    this.entries = entries;
    this.end = end;
    this.fail = fail;
  }

  async step<T>(name: string, effect: () => Promise<T>): Promise<T> {
    if (this.names.has(name)) throw new Error(`two steps of one run are named "${name}"; rename one`);
    this.names.add(name);
    const stored = this.entries.get(name);
    if (stored !== undefined) return fromJson<{ readonly value: T }>(JSON.parse(stored)).value;
    await parallelStepsStarted();
    const missing = [...this.entries.keys()].find((entry) => !this.names.has(entry));
    if (missing !== undefined) {
      this.isAbandoned = true;
      this.fail(new Error(`"${name}" ran before the stored step "${missing}"; repeat stored steps first`));
    }
    if (!this.isAbandoned) await this.store(name, effect);
    return never();
  }

  /** Executes an effect and stores its result. If the effect fails and no parallel effect was stored, the run fails. */
  private async store(name: string, effect: () => Promise<unknown>): Promise<void> {
    this.running++;
    try {
      const value = await effect();
      this.entries.set(name, JSON.stringify(toJson({ value })));
      this.isAbandoned = true;
    } catch (error) {
      if (!this.isAbandoned) throw error;
    } finally {
      this.running--;
      if (this.isAbandoned && this.running === 0) this.end();
    }
  }
}

/** Resolves when the run has started all steps that it runs in parallel. */
const parallelStepsStarted = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Returns a promise that never settles, so that an abandoned run does not continue. */
const never = (): Promise<never> => new Promise(() => undefined);
