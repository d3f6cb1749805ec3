import type { RunState } from './state.ts';

const BRAND = Symbol.for('majordomo.RunError');

/** A model error or an abort ended the run; `cause` is that error. Every call of the kept state has a result. */
export class RunError extends Error {
  override readonly name = 'RunError';
  readonly state: RunState;
  override readonly cause: unknown;

  constructor(state: RunState, cause: unknown) {
    const said = cause instanceof Error ? cause.message : String(cause);
    super(`the run ended in step ${state.steps + 1}: ${said}`);
    this.state = state;
    this.cause = cause;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Works across two installed copies, where `instanceof` does not. */
  static is(value: unknown): value is RunError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
