import type { Experiment } from '../experiment/definition.ts';
import type { Journal } from '../journal/journal.ts';
import type { Prices } from '../plan/prices.ts';
import type { Calls } from './paid-calls.ts';

/** Dependencies of `runUnits`. */
export interface UnitSetup {
  readonly experiment: Experiment;
  readonly journal: Journal;
  readonly prices: Prices;
  readonly calls: Calls;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Called with the id of a unit when its calls have ended. */
  readonly onUnit: (id: string) => void;
}
