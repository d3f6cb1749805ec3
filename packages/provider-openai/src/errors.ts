import type { LlmError } from '@majordomo/core';
import { toLlmError as sdkError, type Failed } from '@majordomo/openai-wire';

export type { Failed };

/** What the openai package throws before anything is sent: the base class of all its errors. */
export const REFUSAL = 'OpenAIError';

/** Any failure of a call through the openai package. */
export const toLlmError = (error: unknown, failed: Failed): LlmError => sdkError(error, failed, REFUSAL);
