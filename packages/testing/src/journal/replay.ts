import { fromJson, toJson } from '@majordomo/core';

/** Keeps what effects gave, by name, so that a run can be replayed without doing them again. */
export interface Journal {
  /** What the effect of this name gave, from the journal or, the first time, from itself. */
  step<T>(name: string, effect: () => Promise<T>): Promise<T>;
}

export interface Replayed<T> {
  readonly value: T;
  /** Names of the entries, in the order in which they were written. */
  readonly entries: readonly string[];
  /** Begun runs: one more than there are entries. */
  readonly runs: number;
}

/** More entries than this are a run without an end. */
const MOST_RUNS = 10_000;

/**
 * A durable engine at its worst: after every entry it throws the run away and begins anew with what the journal has,
 * until a run gets to its end. Values go through JSON. Throws when a run does not ask for an entry again, or asks
 * twice for one name: then names do not follow from the state, and no engine could resume it.
 *
 * @example
 * const { value } = await replay((journal) =>
 *   agent.drive(agent.begin('go'), { ask: (state) => journal.step(askName(state), () => local.ask(state)), … }));
 */
export async function replay<T>(run: (journal: Journal) => Promise<T>): Promise<Replayed<T>> {
  const entries = new Map<string, string>();
  for (let runs = 1; runs <= MOST_RUNS; runs++) {
    const outcome = await once(run, entries);
    if (outcome !== undefined) return { ...outcome, entries: [...entries.keys()], runs };
  }
  throw new Error(`the run has no end: ${MOST_RUNS} entries`);
}

/** One run; `undefined` when it was thrown away after a new entry. */
function once<T>(
  run: (journal: Journal) => Promise<T>,
  entries: Map<string, string>,
): Promise<{ readonly value: T } | undefined> {
  return new Promise((resolve, reject) => {
    const asked = new Set<string>();
    let over = false;
    // A function, for what was false before an await may be true after it.
    const isOver = (): boolean => over;
    const end = (settle: () => void): void => {
      over = true;
      settle();
    };
    const step = async (name: string, effect: () => Promise<unknown>): Promise<unknown> => {
      if (isOver()) return never();
      if (asked.has(name)) throw new Error(`two steps of one run are named "${name}"`);
      asked.add(name);
      const known = entries.get(name);
      if (known !== undefined) return fromJson(JSON.parse(known));
      await othersAsked();
      const lost = [...entries.keys()].find((entry) => !asked.has(entry));
      if (lost !== undefined) {
        end(() => {
          reject(new Error(`the run asked for "${name}" where its journal has "${lost}"`));
        });
        return never();
      }
      const value = await effect();
      if (isOver()) return never();
      entries.set(name, JSON.stringify(toJson({ value })));
      end(() => {
        resolve(undefined);
      });
      return never();
    };
    const journal: Journal = {
      step: async <V>(name: string, effect: () => Promise<V>) =>
        ((await step(name, effect)) as { readonly value: V }).value,
    };
    run(journal).then(
      (value) => {
        if (!over)
          end(() => {
            resolve({ value });
          });
      },
      (error: unknown) => {
        if (!over)
          end(() => {
            reject(error);
          });
      },
    );
  });
}

/** Steps that a run begins side by side are all asked for by then. */
const othersAsked = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** The process is gone: nothing after this runs. */
const never = (): Promise<never> => new Promise(() => undefined);
