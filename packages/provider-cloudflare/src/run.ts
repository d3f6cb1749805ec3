import type { ModelContext } from '@majordomo/core';
import type { ErrorContext } from '@majordomo/wire-kit';
import type { WireInput } from './request.ts';

/** A run of a model through REST or the binding. */
export interface Run {
  readonly modelId: string;
  /** A form is sent unchanged, any other input as JSON. */
  readonly input: WireInput | object;
  readonly context: ModelContext;
  readonly facts: ErrorContext;
}
