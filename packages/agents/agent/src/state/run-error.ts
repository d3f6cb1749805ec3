import { LlmError, messageOf, type ErrorKind, type PartialResponse } from '@majordomo/core';
import type { RunState } from './state.ts';

const BRAND = Symbol.for('majordomo.RunError');

/**
 * Error that ended a run: a model error, an abort, or an error of an application function. `kind` and `details` are those of the
 * original `LlmError`. If the original error is not an `LlmError`, the kind is `config`.
 */
export class RunError extends LlmError {
  override readonly name: string = 'RunError';
  /**
   * State of the run when the error occurred. Every call has a result, except those on which a decision failed, and those with
   * `effect: 'once'` that have begun or that another process may have begun. JSON and inspection of the error omit the state, because
   * the state contains the complete transcript.
   */
  declare readonly state: RunState;

  constructor(state: RunState, cause: unknown) {
    const { kind, details } = LlmError.is(cause) ? cause : { kind: 'config' as const, details: {} };
    const message = `the run ended in step ${state.steps + 1}: ${messageOf(cause)}`;
    // The recovery changes the failed request, not the run, so a chain must not apply it to this error.
    super(kind, message, { ...details, recover: undefined }, { cause });
    Object.defineProperty(this, 'state', { value: state });
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Part of the response that had arrived before the error. */
  get partial(): PartialResponse | undefined {
    return this.details.partial;
  }

  /** Whether the value is a `RunError` with one of the kinds (default: any). Recognizes errors of other copies of the package. */
  static override is(value: unknown, ...kinds: readonly ErrorKind[]): value is RunError {
    return isRunError(value) && (kinds.length === 0 || LlmError.is(value, ...kinds));
  }

  /** Makes `instanceof` recognize errors of other installed copies of the package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isRunError(value);
  }
}

/** Returns whether the value is a `RunError`. Not a method, because the bundler renames a class that refers to itself. */
const isRunError = (value: unknown): value is RunError =>
  typeof value === 'object' && value !== null && BRAND in value;
