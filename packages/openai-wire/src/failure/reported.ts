import type { WireFailure } from '@majordomo/core/toolkit';

/** What an error body says, whatever its shape. */
export interface ReportedFailure extends WireFailure {
  /** The body's member that it blames. */
  readonly param: string | undefined;
  readonly code: string | undefined;
  readonly type: string | undefined;
  readonly message: string;
}
