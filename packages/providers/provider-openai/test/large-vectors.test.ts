import { createMajordomo } from '@majordomo/core';
import { expect, it } from 'vitest';
import { openaiCompatible } from '../src/index.ts';

it('vectors are read from a body of more than 64 MiB', async () => {
  const json = JSON.stringify({ data: [{ index: 0, embedding: [0.5, -0.25] }] });
  const body = ' '.repeat(65 * 2 ** 20) + json;
  const fetch = (): Promise<Response> =>
    Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } }));
  const lab = openaiCompatible({ id: 'lab', baseURL: 'http://lab.test/v1' }, { fetch });
  const { vectors } = await createMajordomo({ providers: [lab] })
    .embeddingModel('lab/any')
    .embed({ values: ['one'] });
  expect(vectors).toEqual([Float32Array.of(0.5, -0.25)]);
});
