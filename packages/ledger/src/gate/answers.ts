/** Answers of a target that are remembered. */
const MOST_KEPT = 200;
/** Below, nobody can tell what is likely. */
const LEAST = 5;
const SHARE = 0.99;
/** Targets that are remembered. */
const MOST_TARGETS = 1000;

/** How long the answers of each target were, for those who would rather use a budget than be certain. */
export class Answers {
  private readonly lengths = new Map<string, number[]>();

  saw(target: string, output: number): void {
    const lengths = this.lengths.get(target) ?? [];
    lengths.push(output);
    if (lengths.length > MOST_KEPT) lengths.shift();
    if (this.lengths.size >= MOST_TARGETS && !this.lengths.has(target)) this.lengths.clear();
    this.lengths.set(target, lengths);
  }

  /** What 99 of 100 answers kept to; `undefined` until there are enough. */
  likely(target: string): number | undefined {
    const lengths = this.lengths.get(target) ?? [];
    if (lengths.length < LEAST) return undefined;
    return [...lengths].sort((a, b) => a - b)[Math.ceil(lengths.length * SHARE) - 1];
  }
}
