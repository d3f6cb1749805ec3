import { createMajordomo, type Provider, type RerankResponse } from '@majordomo/core';
import { answers, failureOf, testServer, type Seen } from '@majordomo/test-support';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { expect, it, onTestFinished } from 'vitest';
import {
  cohere,
  createOpenAI,
  jina,
  llamacpp,
  openaiCompatible,
  type Profile,
  together,
  vllm,
  voyage,
} from '../src/index.ts';

/** Starts a server that sends `answer` for every request. */
async function server(answer: string): Promise<{ readonly url: string; readonly received: readonly Seen[] }> {
  const started = await testServer(answers(JSON.parse(answer)));
  onTestFinished(() => started.close());
  return { url: started.origin, received: started.requests };
}

const REQUEST = { query: 'q', documents: ['a', 'b'], topN: 1 };
const rerank = (provider: Provider, extra?: Record<string, object>): Promise<RerankResponse> =>
  createMajordomo({ providers: [provider] })
    .rerankModel(`${provider.id}/m`)
    .rerank({ ...REQUEST, extra });

const RESULTS = '[{"index":0,"relevance_score":-2.5},{"index":1,"relevance_score":0.5}]';
const tokens = (input: number): object => ({ ...UNKNOWN_USAGE, input, output: 0 });

it.each<
  [string, Profile, answer: string, usage: object | undefined, limit?: string, paths?: [string, string]]
>([
  ['Jina', jina, `{"results":${RESULTS},"usage":{"total_tokens":9}}`, tokens(9)],
  ['Together', together, `{"results":${RESULTS},"usage":{"prompt_tokens":8,"total_tokens":9}}`, tokens(8)],
  ['vLLM', vllm, `{"results":${RESULTS},"usage":{"total_tokens":9}}`, tokens(9)],
  ['llama.cpp', llamacpp, `{"results":${RESULTS},"usage":{"prompt_tokens":0,"total_tokens":0}}`, undefined],
  ['Voyage', voyage, `{"data":${RESULTS},"usage":{"total_tokens":9}}`, tokens(9), 'top_k'],
  [
    'Cohere',
    cohere,
    `{"results":${RESULTS},"meta":{"billed_units":{"search_units":1}}}`,
    { ...UNKNOWN_USAGE, input: undefined, details: { units: { search: 1 } } },
    'top_n',
    ['/compatibility/v1', '/v2/rerank'],
  ],
])(
  'sends a rerank request to %s, and sorts and cuts its results',
  async (_, profile, answer, usage, limit = 'top_n', [basePath, path] = ['/v1', '/v1/rerank']) => {
    const { url, received } = await server(answer);
    const response = await rerank(openaiCompatible(profile, { baseURL: url + basePath, apiKey: 'k' }), {
      'openai-rerank': { truncation: false },
    });
    expect(response.results).toEqual([{ index: 1, score: 0.5 }]);
    expect(response.usage).toEqual(usage);
    expect(received).toMatchObject([
      { path, body: { model: 'm', query: 'q', documents: ['a', 'b'], [limit]: 1, truncation: false } },
    ]);
  },
);

it('calls Cohere at the base URL of its variable', async () => {
  const { url, received } = await server(`{"results":${RESULTS}}`);
  const env = { COHERE_API_KEY: 'k', COHERE_BASE_URL: `${url}/compatibility/v1` };
  const majordomo = createMajordomo({ env, providers: [openaiCompatible(cohere)] });
  await majordomo.rerankModel('cohere/m').rerank(REQUEST);
  expect(received.map(({ path }) => path)).toEqual(['/v2/rerank']);
});

it("calls Cohere's API at a proxy's path, and at Cohere's host by default", async () => {
  const { url, received } = await server(`{"results":${RESULTS}}`);
  await rerank(openaiCompatible(cohere, { baseURL: `${url}/cohere/compatibility/v1`, apiKey: 'k' }));
  expect(received.map(({ path }) => path)).toEqual(['/cohere/v2/rerank']);
  const urls: string[] = [];
  const fetch: typeof globalThis.fetch = (input) => {
    urls.push(input instanceof Request ? input.url : String(input));
    return Promise.resolve(Response.json({ results: JSON.parse(RESULTS) as unknown }));
  };
  await rerank(openaiCompatible(cohere, { apiKey: 'k', fetch }));
  expect(urls).toEqual(['https://api.cohere.com/v2/rerank']);
});

it('rejects a response without a list, and too many documents for a vendor', async () => {
  const { url, received } = await server('{"results":{"0":1}}');
  const error = await failureOf(rerank(openaiCompatible(jina, { baseURL: `${url}/v1`, apiKey: 'k' })));
  expect(error).toMatchObject({ kind: 'protocol', details: { path: 'results' } });
  const provider = openaiCompatible(voyage, { baseURL: `${url}/v1`, apiKey: 'k' });
  const documents = Array.from({ length: 1001 }, () => 'a');
  const tooMany = await failureOf(
    createMajordomo({ providers: [provider] })
      .rerankModel('voyage/m')
      .rerank({ query: 'q', documents }),
  );
  expect(tooMany.kind).toBe('unsupported');
  expect(received).toHaveLength(1);
});

it('reaches any server of a DSN, and no rerank model of OpenAI', async () => {
  const { url, received } = await server(`{"results":${RESULTS},"usage":{"total_tokens":9}}`);
  const env = { LLM_LAB: `openai+http://${new URL(url).host}/v1` };
  const majordomo = createMajordomo({ providers: [createOpenAI()], env });
  expect((await majordomo.rerankModel('lab/m').rerank(REQUEST)).results).toHaveLength(1);
  expect((await failureOf(majordomo.rerankModel('openai/m').rerank(REQUEST))).kind).toBe('unsupported');
  expect(received).toHaveLength(1);
});
