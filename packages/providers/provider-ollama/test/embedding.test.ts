import { createMajordomo, type EmbeddingModel, type ErrorKind } from '@majordomo/core';
import { failureOf, testServer, type TestServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { createOllama, type OllamaOptions } from '../src/index.ts';
import { answers } from './server.ts';

const embeddingsBody = (...embeddings: readonly unknown[]): object => ({
  model: 'bge-m3',
  embeddings,
  total_duration: 14_143_917,
  load_duration: 1_019_500,
  prompt_eval_count: 8,
});

const model = ({ origin }: TestServer, options: OllamaOptions = {}): EmbeddingModel =>
  createMajordomo({
    providers: [createOllama({ ...options, baseURL: origin })],
    chain: { attempts: 1 },
  }).embeddingModel('ollama/bge-m3');

it('embeds all values at once with usage', async () => {
  await using server = await testServer(answers(embeddingsBody([0.5, -0.5], [1, 0])));
  const { vectors, usage } = await model(server, { keepAlive: '10m', numCtx: 4096 }).embed({
    values: ['one', 'two'],
    dimensions: 2,
    extra: { ollama: { options: { num_gpu: 1 } } },
  });
  const half = Float32Array.of(Math.SQRT1_2, -Math.SQRT1_2);
  expect([vectors, usage?.input, usage?.output]).toEqual([[half, Float32Array.of(1, 0)], 8, 0]);
  expect(server.requests).toMatchObject([
    {
      path: '/api/embed',
      body: {
        model: 'bge-m3',
        input: ['one', 'two'],
        truncate: false,
        dimensions: 2,
        keep_alive: '10m',
        options: { num_gpu: 1 },
      },
    },
  ]);
});

it('shortens complete vectors of an older server', async () => {
  await using server = await testServer(answers(embeddingsBody([3, 4, 12])));
  const { vectors } = await model(server).embed({ values: ['one'], dimensions: 2 });
  expect(vectors).toEqual([Float32Array.of(0.6, 0.8)]);
});

it.each<[string, number, unknown, ErrorKind]>([
  ['fewer vectors than values', 200, embeddingsBody(), 'protocol'],
  ['no vectors', 200, embeddingsBody('one'), 'protocol'],
  ['an error inside 200', 200, { error: 'model "x" not found, try pulling it first' }, 'not-found'],
  [
    'a string beyond the context',
    400,
    { error: 'the input length exceeds the context length' },
    'context-overflow',
  ],
  ['a model without embeddings', 400, { error: '"m" does not support embeddings' }, 'unsupported'],
  ['an unknown model', 404, { error: 'model "x" not found, try pulling it first' }, 'not-found'],
])('reports the kind of the failure: %s', async (_, status, body, kind) => {
  await using server = await testServer(answers(body, status));
  expect((await failureOf(model(server).embed({ values: ['one'] }))).kind).toBe(kind);
});

it('reads the space of a renamed model', () => {
  const provider = createOllama({ vectorSpaces: { mine: 'BAAI/bge-m3' } });
  const spaces = ['mine', 'bge-m3:latest'].map((id) => provider.embeddingModel?.(id).space);
  expect(spaces).toEqual(['bge-m3', 'bge-m3']);
});
