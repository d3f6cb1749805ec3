import { LlmError } from '@majordomo/core';

/** Returns the error for content that does not fit this target. A chain continues without penalty. */
export const unfit = (message: string): LlmError =>
  new LlmError('unsupported', message, { code: 'too-large' });

/** Returns the error for content that no target accepts. A chain stops. */
export const broken = (message: string): LlmError =>
  new LlmError('invalid-request', message, { code: 'broken-image' });
