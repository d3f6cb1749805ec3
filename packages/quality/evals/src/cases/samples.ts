import { compareText } from './cases.ts';
import { groupBy } from '../util/group-by.ts';
import type { Sample } from '../definition/types.ts';

export type Position = Pick<Sample, 'case' | 'trial'>;

/** Returns a string that identifies a sample of an evaluation. */
export const sampleKey = ({ case: id, trial }: Position): string => `${trial}#${id}`;

/** Compares samples by the id of the case, then by the number of the trial. */
export const compareSamples = (a: Position, b: Position): number =>
  compareText(a.case, b.case) || a.trial - b.trial;

/** Returns the samples of each case. */
export const samplesByCase = (samples: readonly Sample[]): ReadonlyMap<string, readonly Sample[]> =>
  groupBy(samples, (sample) => sample.case);

/** Whether a sample has no result. */
export const isMissing = ({ error }: Pick<Sample, 'error'>): boolean => error?.counts === false;

/** Whether a sample has an error, a failed gate or a score below 0.5. */
export const isFailed = ({ error, gates, scores }: Sample): boolean =>
  error !== undefined ||
  Object.values(gates).some(({ passed }) => !passed) ||
  Object.values(scores).some(({ score }) => score < 0.5);
