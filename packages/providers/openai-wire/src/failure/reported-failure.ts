import type { WireFailure } from '@majordomo/core/toolkit';

/** Content of an error body of any known form. */
export interface ReportedFailure extends WireFailure {
  /** Property of the request body that caused the error. */
  readonly param: string | undefined;
  readonly code: string | undefined;
  readonly type: string | undefined;
  readonly message: string;
}
