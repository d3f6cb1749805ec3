import type { ModelContext } from '@majordomo/core';
import type { ErrorContext } from '@majordomo/wire-kit';
import type { WireInput } from './request.ts';

/** One run of a model, whichever way it goes. */
export interface Run {
  readonly modelId: string;
  /** A form goes as it is, anything else as JSON. */
  readonly input: WireInput | object;
  readonly context: ModelContext;
  readonly facts: ErrorContext;
}
