/** Maximum number of stored responses per target. */
const MAX_LENGTHS = 200;
/** Minimum number of responses for an estimate. */
const MIN_LENGTHS = 5;
const QUANTILE = 0.99;
/** Maximum number of targets. A further target removes the stored lengths of all others. */
const MAX_TARGETS = 1000;

/** Number of output tokens of the latest responses of each target, for `reserve: 'likely'`. */
export class AnswerLengths {
  private readonly lengths = new Map<string, number[]>();

  add(target: string, output: number): void {
    const lengths = this.lengths.get(target) ?? [];
    lengths.push(output);
    if (lengths.length > MAX_LENGTHS) lengths.shift();
    if (this.lengths.size >= MAX_TARGETS && !this.lengths.has(target)) this.lengths.clear();
    this.lengths.set(target, lengths);
  }

  /** Returns the number of output tokens that 99 of 100 responses did not exceed; `undefined` if too few responses are stored. */
  likely(target: string): number | undefined {
    const lengths = this.lengths.get(target) ?? [];
    if (lengths.length < MIN_LENGTHS) return undefined;
    return [...lengths].sort((a, b) => a - b)[Math.ceil(lengths.length * QUANTILE) - 1];
  }
}
