import { CHAT_FAILURES, type FailureForm, type FailureName } from '@majordomo/testing/internal';

/** Failures of the Responses API, which are mostly those of Chat Completions (recorded 2025-09 to 2026-11). */
export const RESPONSES_FAILURES: Readonly<Record<FailureName, FailureForm>> = {
  ...CHAT_FAILURES,
  overloaded: {
    status: 503,
    type: 'server_error',
    code: 'server_overloaded',
    message: 'The server is overloaded.',
  },
};
