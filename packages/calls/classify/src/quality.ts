import { applyCurve } from '@majordomo/core/toolkit';
import { fitCurve, type Sample } from './fit.ts';

/** Quality of probabilities. */
export interface CalibrationQuality {
  /** Mean negative logarithm of the probability of the right option. Lower is better. */
  readonly logLoss: number;
  /** Expected calibration error in 10 bins, from 0 to 1: the mean distance of stated and observed frequency. */
  readonly error: number;
}

const FOLDS = 5;
const BINS = 10;

/** Returns the samples with the probabilities of curves that were fitted without them, by 5-fold cross-validation. */
export function crossValidated(samples: readonly Sample[], options: number): readonly Sample[] {
  const curves = Array.from({ length: FOLDS }, (_, fold) =>
    fitCurve(
      samples.filter((_each, at) => at % FOLDS !== fold),
      options,
    ),
  );
  return samples.map(({ probabilities, label }, at) => {
    const curve = curves[at % FOLDS];
    return { probabilities: curve === undefined ? probabilities : applyCurve(probabilities, curve), label };
  });
}

/** Returns the share of samples whose most probable option is right. */
export const accuracyOf = (samples: readonly Sample[]): number =>
  mean(samples.map(({ probabilities, label }) => Number(topOf(probabilities) === label)));

/** Returns the quality of probabilities. */
export function qualityOf(samples: readonly Sample[]): CalibrationQuality {
  const losses = samples.map(
    ({ probabilities, label }) => -Math.log(Math.max(probabilities[label] ?? 0, 1e-15)),
  );
  return { logLoss: mean(losses), error: calibrationError(samples.map(eventOf)) };
}

interface Event {
  readonly probability: number;
  readonly happened: boolean;
}

/**
 * Returns the first of two options, or the most probable of several options, as an event. The probability of the first of two options
 * also determines the other one, so it represents all probabilities from 0 to 1, and not only those above a half.
 */
function eventOf({ probabilities, label }: Sample): Event {
  const option = probabilities.length === 2 ? 0 : topOf(probabilities);
  return { probability: probabilities[option] ?? 0, happened: option === label };
}

const topOf = (probabilities: readonly number[]): number => probabilities.indexOf(Math.max(...probabilities));

function calibrationError(events: readonly Event[]): number {
  const bins: Event[][] = Array.from({ length: BINS }, () => []);
  for (const event of events) bins[Math.min(BINS - 1, Math.floor(event.probability * BINS))]?.push(event);
  const distances = bins.map((bin) => {
    if (bin.length === 0) return 0;
    const stated = mean(bin.map(({ probability }) => probability));
    const observed = mean(bin.map(({ happened }) => Number(happened)));
    return (Math.abs(stated - observed) * bin.length) / events.length;
  });
  return distances.reduce((sum, distance) => sum + distance, 0);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
