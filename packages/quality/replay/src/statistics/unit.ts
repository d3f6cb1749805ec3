/** Comparison of two answers to one recorded call. */
export interface Unit {
  /** Position of the kind of the call in the list of shares. */
  readonly kind: number;
  /** Conversation of the call. Units of one conversation are not independent. */
  readonly conversation: string | number;
  /** Score of the new answer, from -1 (worse) to 1 (better). */
  readonly score: number;
  /** Whether the judge contradicts itself. */
  readonly isDoubtful?: boolean | undefined;
  /** Score that a person has given. */
  readonly label?: number | undefined;
}

/** Value with its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}
