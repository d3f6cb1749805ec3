import { LlmError } from '@majordomo/core';

/** Returns the error of an invalid option of `mcpGateway`. */
export const wrong = (path: string, problem: string): LlmError =>
  new LlmError('config', `mcpGateway: ${path}: ${problem}`, { path });
