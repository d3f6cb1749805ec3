/** Answers of a target that are remembered. */
const MAX_LENGTHS = 200;
/** Below, nobody can tell what is likely. */
const MIN_LENGTHS = 5;
const QUANTILE = 0.99;
/** Targets that are remembered. */
const MAX_TARGETS = 1000;

/** How long the answers of each target were, for those who would rather use a budget than be certain. */
export class AnswerLengths {
  private readonly lengths = new Map<string, number[]>();

  add(target: string, output: number): void {
    const lengths = this.lengths.get(target) ?? [];
    lengths.push(output);
    if (lengths.length > MAX_LENGTHS) lengths.shift();
    if (this.lengths.size >= MAX_TARGETS && !this.lengths.has(target)) this.lengths.clear();
    this.lengths.set(target, lengths);
  }

  /** What 99 of 100 answers kept to; `undefined` until there are enough. */
  likely(target: string): number | undefined {
    const lengths = this.lengths.get(target) ?? [];
    if (lengths.length < MIN_LENGTHS) return undefined;
    return [...lengths].sort((a, b) => a - b)[Math.ceil(lengths.length * QUANTILE) - 1];
  }
}
