import { LlmError } from '@majordomo/core';
import { expect, it } from 'vitest';
import { fromEmbeddingBody } from './embedding.ts';

it.each([
  ['data that is not an array', {}],
  ['an index that does not exist', [{ index: 5, embedding: [1] }]],
  ['an entry without a vector', [{ embedding: 'x y' }]],
  ['fewer vectors than values', [{ embedding: [1] }]],
])('rejects %s and retains the reported usage', (_, data) => {
  const read = (): unknown => fromEmbeddingBody({ data, usage: { prompt_tokens: 7 } }, 2, 'p/m');
  expect(read).toThrow(LlmError);
  let error: unknown;
  try {
    read();
  } catch (thrown) {
    error = thrown;
  }
  expect((error as LlmError).details.partial?.usage?.input).toBe(7);
});

it.each([undefined, null, {}, { prompt_tokens: 0, total_tokens: 0 }])(
  'reads usage %j as unknown',
  (usage) => {
    const body = { data: [{ index: 0, embedding: [1] }], usage };
    expect(fromEmbeddingBody(body, 1, 'p/m').usage).toBeUndefined();
  },
);
