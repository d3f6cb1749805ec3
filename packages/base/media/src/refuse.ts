import { LlmError } from '@majordomo/core';

/** Returns the error for content that exceeds a limit of this target. The chain continues with the next target. */
export const unfit = (message: string): LlmError =>
  new LlmError('unsupported', message, { code: 'too-large' });

/** Returns the error for content that no target accepts. The error ends the chain. */
export const broken = (message: string): LlmError =>
  new LlmError('invalid-request', message, { code: 'broken-image' });
