import { LlmError } from '../contract/llm-error.ts';

/**
 * What was thrown, as one of our errors: itself at once where it is one. What is foreign may hold secrets, or be made to
 * break whoever looks at it; the code that cleans it is loaded then.
 */
export function asLlmError(value: unknown, target: string): LlmError | Promise<LlmError> {
  if (isWhole(value)) return value;
  return import('./foreign-error.ts').then(({ foreignError }) => foreignError(value, target));
}

/** One of another copy of core, or that only says that it is one, may lack what ours always has. */
function isWhole(value: unknown): value is LlmError {
  try {
    if (!LlmError.is(value)) return false;
    const details: unknown = value.details;
    return typeof details === 'object' && details !== null && 'attempts' in details;
  } catch {
    return false;
  }
}
