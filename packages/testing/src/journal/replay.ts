import { fromJson, toJson } from '@majordomo/core';

/** Keeps what effects gave, by name, so that a run can be replayed without doing them again. */
export interface Journal {
  /** What the effect of this name gave, from the journal or, the first time, from itself. */
  step<T>(name: string, effect: () => Promise<T>): Promise<T>;
}

/** What a run came to, and how often it was thrown away on the way. */
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
 * until a run gets to its end. Effects that run side by side are all kept before that. Values go through JSON. Throws when a run does not ask for an entry again, or asks
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
    // Of several ends the first counts: the process is gone after it.
    const life = new Life(
      entries,
      () => {
        resolve(undefined);
      },
      reject,
    );
    run({ step: (name, effect) => life.step(name, effect) }).then((value) => {
      resolve({ value });
    }, reject);
  });
}

class Life {
  private readonly entries: Map<string, string>;
  private readonly asked = new Set<string>();
  private readonly end: () => void;
  private readonly refuse: (error: Error) => void;
  private underWay = 0;
  private dying = false;

  constructor(entries: Map<string, string>, end: () => void, refuse: (error: Error) => void) {
    this.entries = entries;
    this.end = end;
    this.refuse = refuse;
  }

  async step<T>(name: string, effect: () => Promise<T>): Promise<T> {
    if (this.asked.has(name)) throw new Error(`two steps of one run are named "${name}"`);
    this.asked.add(name);
    const known = this.entries.get(name);
    if (known !== undefined) return fromJson<{ readonly value: T }>(JSON.parse(known)).value;
    await othersAsked();
    const lost = [...this.entries.keys()].find((entry) => !this.asked.has(entry));
    if (lost !== undefined) {
      this.dying = true;
      this.refuse(new Error(`the run asked for "${name}" where its journal has "${lost}"`));
    }
    if (!this.dying) await this.keep(name, effect);
    return never();
  }

  /** A failure is no entry: it ends the run, unless one beside it was kept. Then the next run tries again. */
  private async keep(name: string, effect: () => Promise<unknown>): Promise<void> {
    this.underWay++;
    try {
      const value = await effect();
      this.entries.set(name, JSON.stringify(toJson({ value })));
      this.dying = true;
    } catch (error) {
      if (!this.dying) throw error;
    } finally {
      this.underWay--;
      if (this.dying && this.underWay === 0) this.end();
    }
  }
}

/** Steps that a run begins side by side are all asked for by then. */
const othersAsked = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** The process is gone: nothing after this runs. */
const never = (): Promise<never> => new Promise(() => undefined);
