import { LlmError } from '../contract/llm-error.ts';

/** Throws `invalid-request` for a count, such as `maxTokens`, that is given and is not a whole number above 0. */
export function checkWholeNumber(value: number | undefined, path: string): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return;
  throw new LlmError('invalid-request', `${path} must be a whole number above 0, not ${String(value)}`, {
    path,
  });
}
