import { MIN_PROBABILITY } from '@majordomo/core/toolkit';

/** Distribution that a target returned, and the position of the right option. */
export interface Sample {
  readonly probabilities: readonly number[];
  readonly label: number;
}

/** Parameters of a curve: `p' ∝ exp(scale · ln p + bias)`. */
export interface FittedCurve {
  readonly scale: number;
  readonly bias: readonly number[];
}

const MAX_ITERATIONS = 50;
/** Minimum scale. With a scale of 0 or less, a more probable option would become less probable. */
const MIN_SCALE = 0.01;
const TOLERANCE = 1e-10;

/**
 * Fits a curve by maximum likelihood, with a penalty of `½·((scale − 1)² + Σ bias²)`, which keeps the curve of few samples near the identity. The
 * loss is convex, so Newton's method with step halving finds its only minimum. The result depends only on the samples and their order.
 */
export function fitCurve(samples: readonly Sample[], optionCount: number): FittedCurve {
  const inputs = samples.map(({ probabilities, label }) => ({
    logs: probabilities.map((probability) => Math.log(Math.max(probability, MIN_PROBABILITY))),
    label,
  }));
  const free = minimize(inputs, [1, ...Array.from({ length: optionCount }, () => 0)], false);
  // The minimum of a convex function under a bound that its free minimum violates is at the bound.
  const [scale = 1, ...bias] =
    (free[0] ?? 1) < MIN_SCALE ? minimize(inputs, [MIN_SCALE, ...free.slice(1)], true) : free;
  return { scale: rounded(scale), bias: bias.map(rounded) };
}

interface Input {
  readonly logs: readonly number[];
  readonly label: number;
}

/** Returns the parameters, scale first, that minimize the loss. */
function minimize(
  inputs: readonly Input[],
  start: readonly number[],
  isScaleFixed: boolean,
): readonly number[] {
  let parameters = start;
  let current = lossOf(inputs, parameters);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const { gradient, hessian } = derivativesOf(inputs, parameters);
    if (isScaleFixed) fixFirst(gradient, hessian);
    if (Math.max(...gradient.map(Math.abs)) < TOLERANCE) break;
    const step = solve(hessian, gradient);
    let size = 1;
    let next = moved(parameters, step, size);
    let loss = lossOf(inputs, next);
    while (loss > current && size > 1e-6) {
      size /= 2;
      next = moved(parameters, step, size);
      loss = lossOf(inputs, next);
    }
    if (loss >= current) break;
    parameters = next;
    current = loss;
  }
  return parameters;
}

const moved = (parameters: readonly number[], step: readonly number[], size: number): readonly number[] =>
  parameters.map((parameter, at) => parameter - size * (step[at] ?? 0));

/** Returns the penalized negative log likelihood. */
function lossOf(inputs: readonly Input[], parameters: readonly number[]): number {
  const penalty = parameters.reduce((sum, value, at) => sum + (at === 0 ? value - 1 : value) ** 2, 0) / 2;
  return inputs.reduce((sum, input) => {
    const probabilities = predict(input.logs, parameters);
    return sum - Math.log(Math.max(probabilities[input.label] ?? 0, Number.MIN_VALUE));
  }, penalty);
}

function predict(logs: readonly number[], [scale = 1, ...bias]: readonly number[]): readonly number[] {
  const logits = logs.map((log, at) => scale * log + (bias[at] ?? 0));
  const highest = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - highest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

interface Derivatives {
  readonly gradient: number[];
  readonly hessian: number[][];
}

function derivativesOf(inputs: readonly Input[], parameters: readonly number[]): Derivatives {
  const size = parameters.length;
  const gradient = parameters.map((value, at) => (at === 0 ? value - 1 : value));
  const hessian = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_each, column): number => (row === column ? 1 : 0)),
  );
  const add = (row: number, column: number, value: number): void => {
    const cells = hessian[row];
    if (cells !== undefined) cells[column] = (cells[column] ?? 0) + value;
  };
  for (const { logs, label } of inputs) {
    const probabilities = predict(logs, parameters);
    const mean = probabilities.reduce((sum, each, at) => sum + each * (logs[at] ?? 0), 0);
    gradient[0] = (gradient[0] ?? 0) + mean - (logs[label] ?? 0);
    for (const [at, each] of probabilities.entries()) {
      gradient[at + 1] = (gradient[at + 1] ?? 0) + each - (at === label ? 1 : 0);
      const deviation = each * ((logs[at] ?? 0) - mean);
      add(0, 0, deviation * (logs[at] ?? 0));
      add(0, at + 1, deviation);
      add(at + 1, 0, deviation);
      for (const [other, second] of probabilities.entries())
        add(at + 1, other + 1, (at === other ? each : 0) - each * second);
    }
  }
  return { gradient, hessian };
}

/** Removes the first parameter from the equations. Changes both arguments. */
function fixFirst(gradient: number[], hessian: number[][]): void {
  gradient[0] = 0;
  for (const [at, row] of hessian.entries()) {
    row[0] = at === 0 ? 1 : 0;
    if (at === 0) row.fill(0, 1);
  }
}

/** Solves a system with a symmetric, positive definite matrix by elimination. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): readonly number[] {
  const rows = matrix.map((row, at) => [...row, right[at] ?? 0]);
  const size = rows.length;
  for (let pivot = 0; pivot < size; pivot++) {
    const pivotRow = rows[pivot] ?? [];
    for (let at = pivot + 1; at < size; at++) {
      const row = rows[at] ?? [];
      const factor = (row[pivot] ?? 0) / (pivotRow[pivot] ?? 1);
      for (let column = pivot; column <= size; column++)
        row[column] = (row[column] ?? 0) - factor * (pivotRow[column] ?? 0);
    }
  }
  const solution: number[] = Array.from({ length: size }, () => 0);
  for (let at = size - 1; at >= 0; at--) {
    const row = rows[at] ?? [];
    let value = row[size] ?? 0;
    for (let column = at + 1; column < size; column++) value -= (row[column] ?? 0) * (solution[column] ?? 0);
    solution[at] = value / (row[at] ?? 1);
  }
  return solution;
}

/** Rounds to six decimals, so that the stored JSON is short and equal on every machine. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
