import { expect, it } from 'vitest';
import { LlmError, withDetails } from './llm-error.ts';

it('copies the vectors of an embedding call to an error with other details', () => {
  const vectors = [Float32Array.of(1), undefined];
  const error = new LlmError('server', 'a/x failed', { vectors });
  expect(withDetails(error, { status: 500 }).details).toMatchObject({ status: 500, vectors });
  expect(withDetails(error, { vectors: [] }).details.vectors).toEqual([]);
});
