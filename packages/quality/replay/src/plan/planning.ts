import type { Clock } from '@majordomo/core';
import type { Experiment } from '../experiment/definition.ts';
import type { Journal } from '../journal/journal.ts';
import type { Replayable } from '../sample/collect.ts';
import type { Drawable } from '../sample/draw.ts';
import type { Prices } from './prices.ts';

/** Inputs of a plan. */
export interface Planning {
  readonly experiment: Experiment;
  readonly journal: Journal;
  readonly prices: Prices;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onRead: (done: number) => void;
}

/** Recorded call that can be replayed, with the facts by which samples are drawn. */
export type Sampled = Replayable & Drawable;
