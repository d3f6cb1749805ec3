import type { ModelContext } from '@majordomo/core';
import type { ErrorContext } from '@majordomo/wire-kit';
import type { WireInput } from './request.ts';

/** Run of a model through REST or the binding. */
export interface Run {
  readonly modelId: string;
  /** Input of the model. A form is sent unchanged. Any other input is sent as JSON. */
  readonly input: WireInput | object;
  readonly context: ModelContext;
  readonly facts: ErrorContext;
}
