import { LlmError, messageOf, type ErrorKind, type PartialResponse } from '@majordomo/core';
import type { RunState } from './state.ts';

const BRAND = Symbol.for('majordomo.RunError');

/**
 * Error that ended a run: a model error, an abort, or a failed function of the application. `kind` and `details` are
 * those of the model error; the kind is `config` for other errors of the application.
 */
export class RunError extends LlmError {
  override readonly name: string = 'RunError';
  /**
   * State at the error. Every call in it has a result. Not part of JSON or inspection, since it contains the complete
   * transcript.
   */
  declare readonly state: RunState;

  constructor(state: RunState, cause: unknown) {
    const { kind, details } = LlmError.is(cause) ? cause : { kind: 'config' as const, details: {} };
    const said = `the run ended in step ${state.steps + 1}: ${messageOf(cause)}`;
    super(kind, said, { ...details, recover: undefined }, { cause });
    Object.defineProperty(this, 'state', { value: state });
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Part of the response that had arrived. */
  get partial(): PartialResponse | undefined {
    return this.details.partial;
  }

  /** True for a RunError, of one of these kinds where some are named; across two installed copies too. */
  static override is(value: unknown, ...kinds: readonly ErrorKind[]): value is RunError {
    return isRunError(value) && (kinds.length === 0 || LlmError.is(value, ...kinds));
  }

  /** `instanceof` holds across two installed copies too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isRunError(value);
  }
}

/** Outside of the class: a class that names itself is called `_RunError` by the bundler, wherever Node shows it. */
const isRunError = (value: unknown): value is RunError =>
  typeof value === 'object' && value !== null && BRAND in value;
