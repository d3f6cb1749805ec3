import type { Effort } from '@majordomo/core';

/** Minimum thinking budget for which each effort is used, in tokens. The budgets are those that providers send for the efforts. */
const EFFORT_FROM: readonly (readonly [number, Effort])[] = [
  [48_000, 'max'],
  [32_000, 'xhigh'],
  [16_000, 'high'],
  [8000, 'medium'],
  [2000, 'low'],
  [1, 'minimal'],
];

/** Returns the effort of a thinking budget in tokens. The wires of Claude and Gemini have such budgets. */
export const effortOfBudget = (budget: number): Effort =>
  EFFORT_FROM.find(([least]) => budget >= least)?.[1] ?? 'none';
