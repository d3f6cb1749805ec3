import { createMajordomo, type EmbeddingRequest, type Majordomo } from '@majordomo/core';
import {
  answers,
  failureOf,
  inTurn,
  testServer,
  type Answer,
  type TestServer,
} from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createGoogle, type GoogleOptions } from '../src/index.ts';

let server: TestServer;
afterEach(() => server.close());

const unit = (at: number): readonly number[] =>
  Array.from({ length: 3072 }, (_, index) => (index === at ? 1 : 0));

async function world(play: Answer, options: GoogleOptions = { apiKey: 'key' }, env = {}): Promise<Majordomo> {
  server = await testServer(play);
  return createMajordomo({
    providers: [createGoogle({ baseURL: server.origin, ...options })],
    env,
    chain: { attempts: 1 },
  });
}

const VERTEX: GoogleOptions = { project: 'p', location: 'us-central1', token: 't' };
const sent = (): readonly unknown[] => server.requests.map(({ body }) => body);
const MODEL = 'google/gemini-embedding-001';

describe('vectors of the Gemini API', () => {
  it('are requested at once, each value as a separate content', async () => {
    const majordomo = await world(
      answers({
        embeddings: [{ values: unit(1) }, { values: unit(2) }],
        usageMetadata: { promptTokenCount: 6 },
      }),
    );
    const { vectors, usage } = await majordomo
      .embeddingModel(MODEL)
      .embed({ values: ['one', 'two'], purpose: 'query' });
    expect([vectors.map((vector) => vector.indexOf(1)), usage?.input]).toEqual([[1, 2], 6]);
    expect(server.requests[0]?.path).toBe('/v1/models/gemini-embedding-001:batchEmbedContents');
    const embedRequest = (text: string): object => ({
      model: 'models/gemini-embedding-001',
      content: { role: 'user', parts: [{ text }] },
      taskType: 'RETRIEVAL_QUERY',
    });
    expect(sent()).toEqual([{ requests: [embedRequest('one'), embedRequest('two')] }]);
  });

  it('are requested a hundred at a time', async () => {
    const majordomo = await world((response, { body }) => {
      const { requests } = body as { readonly requests: readonly unknown[] };
      answers({ embeddings: requests.map(() => ({ values: unit(0) })) })(response);
    });
    const values = Array.from({ length: 250 }, (_, at) => `text ${at}`);
    const { vectors, usage } = await majordomo.embeddingModel(MODEL).embed({ values });
    expect([vectors.length, usage, server.requests.length]).toEqual([250, undefined, 3]);
  });

  it.each<[Partial<EmbeddingRequest>, string, object]>([
    [{ purpose: 'document' }, 'title: none | text: one', {}],
    [{ purpose: 'query' }, 'task: search result | query: one', {}],
    [{}, 'one', {}],
    [{ dimensions: 2 }, 'one', { outputDimensionality: 2 }],
  ])('of the second generation have the purpose as a prefix: %j', async (request, text, more) => {
    const majordomo = await world(answers({ embeddings: [{ values: [...unit(0)] }] }));
    await majordomo.embeddingModel('google/gemini-embedding-2').embed({ values: ['one'], ...request });
    const model = 'models/gemini-embedding-2';
    expect(sent()).toEqual([
      { requests: [{ model, content: { role: 'user', parts: [{ text }] }, ...more }] },
    ]);
  });

  it('are normalized if the vendor has shortened them', async () => {
    const majordomo = await world(answers({ embeddings: [{ values: [3, 4] }] }));
    const { vectors } = await majordomo.embeddingModel(MODEL).embed({ values: ['one'], dimensions: 2 });
    expect(vectors).toEqual([Float32Array.of(0.6, 0.8)]);
  });

  it.each([
    ['a response of another form', 200, { embeddings: [{ value: [1] }] }, 'protocol'],
    ['too few vectors', 200, { embeddings: [] }, 'protocol'],
    ['an error inside 200', 200, { error: { code: 429, status: 'RESOURCE_EXHAUSTED' } }, 'rate-limit'],
    ['a bad key', 400, { error: { code: 400, message: 'API key not valid' } }, 'auth'],
  ] as const)('reports the kind of the failure: %s', async (_, status, body, kind) => {
    const majordomo = await world(answers(body, status));
    expect((await failureOf(majordomo.embeddingModel(MODEL).embed({ values: ['one'] }))).kind).toBe(kind);
  });
});

describe('vectors of Vertex', () => {
  const predicted = { predictions: [{ embeddings: { values: unit(5), statistics: { token_count: 3 } } }] };

  it('are requested one by one from a model that accepts one, without truncation', async () => {
    const majordomo = await world(answers(predicted), VERTEX);
    const { vectors, usage } = await majordomo
      .embeddingModel(MODEL)
      .embed({ values: ['one', 'two'], purpose: 'document' });
    expect([vectors.map((vector) => vector.indexOf(1)), usage?.input]).toEqual([[5, 5], 6]);
    expect(server.requests[0]?.path).toMatch(/publishers\/google\/models\/gemini-embedding-001:predict$/);
    expect(sent()).toContainEqual({
      instances: [{ content: 'one', task_type: 'RETRIEVAL_DOCUMENT' }],
      parameters: { autoTruncate: false },
    });
  });

  /** Returns a model whose platform only the environment states. */
  async function worldByEnvironment(play: Answer): Promise<Majordomo> {
    server = await testServer(play);
    const provider = createGoogle({ client: await vertexClient(server.origin), token: 'unused' });
    const env = { GOOGLE_GENAI_USE_VERTEXAI: 'true' };
    return createMajordomo({ providers: [provider], env, chain: { attempts: 1 } });
  }
  const embedded = answers({ embedding: { values: unit(7) }, usageMetadata: { promptTokenCount: 2 } });

  it('are requested one by one if the environment selects Vertex', async () => {
    const majordomo = await worldByEnvironment(embedded);
    const { vectors, usage } = await majordomo
      .embeddingModel('google/gemini-embedding-2')
      .embed({ values: ['one', 'two'] });
    expect([vectors.map((vector) => vector.indexOf(1)), usage?.input]).toEqual([[7, 7], 4]);
    expect(server.requests.map(({ path }) => path.split(':').at(-1))).toEqual([
      'embedContent',
      'embedContent',
    ]);
  });

  it('that are complete are counted if a later request fails', async () => {
    const majordomo = await worldByEnvironment(inTurn(embedded, embedded, answers({}, 500)));
    const values = ['one', 'two', 'three'];
    const error = await failureOf(majordomo.embeddingModel('google/gemini-embedding-2').embed({ values }));
    expect(error.details.attempts.map(({ usage }) => usage?.input)).toEqual([4]);
  });
});

async function vertexClient(baseUrl: string): Promise<object> {
  const { GoogleGenAI } = await import('@google/genai');
  return new GoogleGenAI({ vertexai: true, apiKey: 'k', httpOptions: { baseUrl } });
}

it('share a space on both platforms', () => {
  const spaces = [createGoogle(), createGoogle(VERTEX)].map(
    (provider) => provider.embeddingModel?.('gemini-embedding-001').space,
  );
  expect(spaces).toEqual(['gemini-embedding-001', 'gemini-embedding-001']);
});
