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
import { azureOpenAI, createOpenAI, mistral, nvidia, openaiCompatible } from '../src/index.ts';

let server: TestServer;
afterEach(() => server.close());

const KEY = 'sk-test';
const USAGE = { prompt_tokens: 5, total_tokens: 5 };

const base64 = (...floats: readonly number[]): string =>
  Buffer.from(Float32Array.from(floats).buffer).toString('base64');

/** Returns a unit vector with `size` dimensions. */
const unit = (size: number, at: number): readonly number[] =>
  Array.from({ length: size }, (_, index) => (index === at ? 1 : 0));

const list = (...vectors: readonly unknown[]): object => ({
  object: 'list',
  data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  usage: USAGE,
});

/** Returns a majordomo with OpenAI, an Azure resource with custom deployment names and other servers, all at one address. */
async function world(play: Answer): Promise<Majordomo> {
  server = await testServer(play);
  const baseURL = `${server.origin}/v1`;
  const options = { baseURL, apiKey: KEY };
  const azure = azureOpenAI({ resource: 'mine', vectorSpaces: { vectors: 'text-embedding-3-small' } });
  return createMajordomo({
    providers: [
      createOpenAI(options),
      openaiCompatible(azure, options),
      openaiCompatible(mistral, options),
      openaiCompatible(nvidia, options),
      openaiCompatible({ id: 'lab', baseURL }, { vectorSpaces: { mine: 'BAAI/bge-m3' } }),
      openaiCompatible({ id: 'attic', baseURL }),
    ],
    chain: { backoff: { baseMs: 0 } },
  });
}

const bodies = (): readonly unknown[] => server.requests.map(({ body }) => body);
const SMALL = 'openai/text-embedding-3-small';

describe('vectors', () => {
  it('are read from base64 in the order of their index, with usage', async () => {
    const answer = {
      data: [
        { index: 1, embedding: base64(...unit(1536, 7)) },
        { index: 0, embedding: base64(...unit(1536, 3)) },
      ],
      usage: USAGE,
    };
    const majordomo = await world(answers(answer));
    const { vectors, usage, target } = await majordomo
      .embeddingModel(SMALL)
      .embed({ values: ['one', 'two'] });
    expect(vectors.map((vector) => [vector.length, vector.indexOf(1)])).toEqual([
      [1536, 3],
      [1536, 7],
    ]);
    expect([usage?.input, usage?.output, target]).toEqual([5, 0, SMALL]);
    expect(server.requests[0]).toMatchObject({
      path: '/v1/embeddings',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    });
    expect(bodies()).toEqual([
      { model: 'text-embedding-3-small', input: ['one', 'two'], encoding_format: 'base64' },
    ]);
  });

  it('are read as numbers from other servers', async () => {
    const majordomo = await world(answers(list([0.5, -0.25])));
    const { vectors } = await majordomo.embeddingModel('lab/any').embed({ values: ['one'] });
    expect(vectors).toEqual([Float32Array.of(0.5, -0.25)]);
    expect(bodies()).toEqual([{ model: 'any', input: ['one'] }]);
  });

  it.each<[string, Omit<EmbeddingRequest, 'values'>, object]>([
    [SMALL, { dimensions: 2 }, { dimensions: 2, encoding_format: 'base64' }],
    ['mistral/codestral-embed', { dimensions: 2 }, { output_dimension: 2 }],
    ['nvidia/nv-embed', {}, { input_type: 'passage' }],
    ['nvidia/nv-embed', { purpose: 'query' }, { input_type: 'query' }],
    ['lab/any', { purpose: 'query' }, {}],
    [
      'lab/any',
      { extra: { 'openai-embeddings': { user: 'x' }, lab: { truncate: 'END' } } },
      { user: 'x', truncate: 'END' },
    ],
  ])('%s receives the purpose %j in its form', async (spec, request, sent) => {
    const majordomo = await world(answers(list([0.6, 0.8])));
    await majordomo.embeddingModel(spec).embed({ values: ['one'], ...request });
    expect(bodies()).toEqual([{ model: spec.split('/')[1], input: ['one'], ...sent }]);
  });

  it('of 5,000 values are requested in three requests', async () => {
    const same = base64(...unit(1536, 0));
    const majordomo = await world((response, { body }) => {
      const { input } = body as { readonly input: readonly string[] };
      answers(list(...input.map(() => same)))(response);
    });
    const values = Array.from({ length: 5000 }, (_, at) => `value ${at}`);
    const { vectors, usage } = await majordomo.embeddingModel(SMALL).embed({ values });
    expect([vectors.length, usage?.input]).toEqual([5000, 15]);
    const sizes = bodies().map((body) => (body as { readonly input: readonly string[] }).input.length);
    expect(sizes.sort((a, b) => a - b)).toEqual([904, 2048, 2048]);
  });

  it('of an older model have a fixed size; another one is rejected before any call', async () => {
    const majordomo = await world(answers(list()));
    const embeddingModel = majordomo.embeddingModel('openai/text-embedding-ada-002');
    expect((await failureOf(embeddingModel.embed({ values: ['one'], dimensions: 256 }))).kind).toBe(
      'unsupported',
    );
    expect(server.requests).toEqual([]);
  });
});

describe('a space', () => {
  it('is the name of the model, also at another vendor or as a deployment', async () => {
    const majordomo = await world(
      inTurn(
        answers({ error: { message: 'no', code: 'insufficient_quota' } }, 429),
        answers(list(base64(...unit(1536, 1)))),
      ),
    );
    const { target } = await majordomo.embeddingModel(`${SMALL},azure/vectors`).embed({ values: ['one'] });
    expect(target).toBe('azure/vectors');
    expect(server.requests[1]?.headers).toMatchObject({ 'api-key': KEY });
  });

  it('is set by the option for any server', async () => {
    const majordomo = await world(answers(list([1])));
    const { target } = await majordomo
      .embeddingModel('lab/mine,attic/bge-m3:latest')
      .embed({ values: ['one'] });
    expect(target).toBe('lab/mine');
  });

  it('of another model is rejected before any call', async () => {
    const majordomo = await world(answers(list([1])));
    const error = await failureOf(
      majordomo.embeddingModel(`${SMALL},azure/other`).embed({ values: ['one'] }),
    );
    expect([error.kind, error.details.code, server.requests]).toEqual(['config', 'mixed-spaces', []]);
  });
});

describe('a failure', () => {
  const validBody = list([1, 0]);
  it.each<[string, Answer, string]>([
    ['no array', answers({ data: {} }), 'protocol'],
    ['no vector', answers(list({ values: [1] })), 'protocol'],
    ['half a float', answers(list('AAA=')), 'protocol'],
    ['an index twice', answers({ data: [{ index: 3, embedding: [1] }] }), 'protocol'],
  ])('of %s moves to the next target', async (_, broken, kind) => {
    const majordomo = await world((response, request, number) =>
      (Reflect.get(request.body, 'model') === 'mine' ? broken : answers(validBody))(
        response,
        request,
        number,
      ),
    );
    const { target, attempts } = await majordomo
      .embeddingModel('lab/mine,attic/bge-m3')
      .embed({ values: ['one'] });
    expect(attempts[0]?.error?.kind).toBe(kind);
    expect(target).toBe('attic/bge-m3');
  });

  it('of a server that does not respond is ended by the timeout', async () => {
    const majordomo = await world(inTurn(() => undefined, answers(validBody)));
    const { attempts } = await majordomo
      .embeddingModel('lab/any')
      .embed({ values: ['one'] }, { timeouts: { completeMs: 80 } });
    expect(attempts.map(({ error }) => error?.kind)).toEqual(['timeout', undefined]);
  });
});
