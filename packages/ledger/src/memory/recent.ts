/** Names of a generation. */
const MOST = 50_000;
/** A generation of fewer is the young one for so long. */
const LONGEST_MS = 3_600_000;

/**
 * What was told of names: of the last 50,000 at least, or of the last hour, whichever is shorter. Kept in two generations, of
 * which the old one goes as a whole: nothing is deleted name by name.
 */
export class Recent<Told> {
  private young = new Map<string, Told>();
  private old = new Map<string, Told>();
  private since = -Infinity;

  get(name: string): Told | undefined {
    return this.young.get(name) ?? this.old.get(name);
  }

  set(name: string, told: Told): void {
    this.young.set(name, told);
  }

  /** Forgets the old generation, if it is time to; true when the young one has become old: what must stay is told again. */
  forget(now: number): boolean {
    if (this.young.size < MOST && now - this.since < LONGEST_MS) return false;
    this.since = now;
    this.old = this.young;
    this.young = new Map();
    return true;
  }
}
