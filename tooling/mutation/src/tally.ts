/** Outcome of a mutant. Tests cannot kill a mutant that the compiler refuses. */
export type Fate = 'killed' | 'too slow' | 'alive' | 'refused';

/** Counts by folder. */
export type Tally = ReadonlyMap<string, ReadonlyMap<Fate, number>>;

/** Maximum share of killable mutants that may survive. */
const MOST_ALIVE = 0.05;

export function withFate(tally: Tally, folder: string, fate: Fate): Tally {
  const before = tally.get(folder);
  return new Map(tally).set(folder, new Map(before).set(fate, (before?.get(fate) ?? 0) + 1));
}

export const isGood = (tally: Tally): boolean => {
  const all = [...tally.keys()];
  return sum(tally, all, 'alive') <= MOST_ALIVE * mutants(tally, all);
};

export function summary(tally: Tally): readonly string[] {
  const folders = [...tally.keys()];
  const rows = [...folders.map((folder) => [folder, [folder]] as const), ['all', folders] as const];
  return rows.map(([name, of]) => {
    const count = (fate: Fate): number => sum(tally, of, fate);
    const killed = `${count('killed') + count('too slow')} killed (${count('too slow')} by the time limit)`;
    const refused = `${count('refused')} refused by the compiler`;
    return `${name}: ${mutants(tally, of)} mutants, ${killed}, ${count('alive')} alive; besides ${refused}`;
  });
}

const mutants = (tally: Tally, folders: readonly string[]): number =>
  sum(tally, folders, 'killed') + sum(tally, folders, 'too slow') + sum(tally, folders, 'alive');

const sum = (tally: Tally, folders: readonly string[], fate: Fate): number =>
  folders.reduce((total, folder) => total + (tally.get(folder)?.get(fate) ?? 0), 0);
