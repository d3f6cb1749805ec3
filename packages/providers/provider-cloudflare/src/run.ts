import type { ModelContext } from '@majordomo/core';
import type { Connect, ErrorContext } from '@majordomo/wire-kit';
import type { WireInput } from './request.ts';

/** Run of a model through REST or the binding. */
export interface Run {
  readonly modelId: string;
  /** Input of the model. A form is sent unchanged. Any other input is sent as JSON. */
  readonly input: WireInput | object;
  readonly context: ModelContext;
}

/** Function that sends a run. `errors` are the properties of the error of an error response. */
export type SendRun = (errors: ErrorContext) => Promise<Response>;

/** Function that determines the credential of a run. */
export type ConnectRun = Connect<SendRun, Run>;
