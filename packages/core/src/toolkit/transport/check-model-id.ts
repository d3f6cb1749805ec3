import { LlmError } from '../../contract/llm-error.ts';

/**
 * Throws `invalid-request` for a model id that would change the URL into which it is put: `..`, an empty segment, `?`,
 * `#`, `%`, `\`, white space. An app may let strangers name models.
 */
export function checkModelId(modelId: string, target: string): void {
  const isSafe = !/[?#%\\\s\p{Cc}]/u.test(modelId) && modelId.split('/').every(isSegment);
  if (isSafe) return;
  throw new LlmError('invalid-request', `"${modelId}" is not a model id: it would change the address`, {
    target,
    path: 'model',
  });
}

const isSegment = (segment: string): boolean => segment !== '' && segment !== '.' && segment !== '..';
