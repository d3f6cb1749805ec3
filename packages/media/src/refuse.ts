import { LlmError } from '@majordomo/core';

/** This target cannot take it, or it cannot be made to fit: a chain continues without penalty. */
export const unfit = (message: string): LlmError =>
  new LlmError('unsupported', message, { code: 'too-large' });

/** No target would take it: a chain stops. */
export const broken = (message: string): LlmError =>
  new LlmError('invalid-request', message, { code: 'broken-image' });
