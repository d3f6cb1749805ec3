import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createMajordomo, type Majordomo } from '@majordomo/core';
import { answers, failureOf, testServer, type Answer, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createBedrock } from '../src/index.ts';

let server: TestServer;
afterEach(() => server.close());

async function world(play: Answer): Promise<Majordomo> {
  server = await testServer(play);
  const provider = createBedrock({
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    baseURL: server.origin,
    requestHandler: () => new NodeHttpHandler(),
  });
  return createMajordomo({ providers: [provider], chain: { attempts: 1 } });
}

const sent = (): readonly unknown[] => server.requests.map(({ body }) => body);
const unit = (size: number): readonly number[] => Array.from({ length: size }, (_, at) => (at === 0 ? 1 : 0));
const TITAN = 'bedrock/amazon.titan-embed-text-v2:0';
const COHERE = 'bedrock/eu.cohere.embed-v4:0';

describe('vectors of Titan', () => {
  it('are requested one by one and counted together', async () => {
    const majordomo = await world(answers({ embedding: unit(1024), inputTextTokenCount: 3 }));
    const { vectors, usage } = await majordomo.embeddingModel(TITAN).embed({ values: ['one', 'two'] });
    expect([vectors.map(({ length }) => length), usage?.input]).toEqual([[1024, 1024], 6]);
    expect(server.requests[0]).toMatchObject({ path: '/model/amazon.titan-embed-text-v2%3A0/invoke' });
    expect(sent()).toEqual(expect.arrayContaining([{ inputText: 'one' }, { inputText: 'two' }]));
  });

  it('close the connection if the response is not JSON', async () => {
    const majordomo = await world((response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.write('<html>');
    });
    const embedding = majordomo.embeddingModel(TITAN).embed({ values: ['one'] });
    await expect(embedding).rejects.toMatchObject({ kind: 'protocol' });
    await server.requests[0]?.closed;
  });

  it.each<[number, number]>([
    [256, 256],
    [300, 512],
  ])('of %i dimensions are requested as %i', async (dimensions, requestedDimensions) => {
    const majordomo = await world(answers({ embedding: unit(requestedDimensions), inputTextTokenCount: 3 }));
    const { vectors } = await majordomo.embeddingModel(TITAN).embed({ values: ['one'], dimensions });
    expect([vectors[0]?.length, sent()]).toEqual([
      dimensions,
      [{ inputText: 'one', dimensions: requestedDimensions }],
    ]);
  });
});

describe('vectors of Cohere', () => {
  it('are requested at once, with their purpose and the tokens of the header', async () => {
    const body = { id: 'x', embeddings: { float: [unit(1536), unit(1536)] }, texts: ['one', 'two'] };
    const majordomo = await world(answers(body, 200, { 'x-amzn-bedrock-input-token-count': '9' }));
    const { vectors, usage } = await majordomo
      .embeddingModel(COHERE)
      .embed({ values: ['one', 'two'], purpose: 'query', extra: { bedrock: { truncate: 'NONE' } } });
    expect([vectors.length, usage?.input]).toEqual([2, 9]);
    expect(sent()).toEqual([
      { texts: ['one', 'two'], input_type: 'search_query', embedding_types: ['float'], truncate: 'NONE' },
    ]);
  });

  it('are read from a list without usage', async () => {
    const majordomo = await world(answers({ embeddings: [unit(1024)], response_type: 'embeddings_floats' }));
    const { vectors, usage } = await majordomo
      .embeddingModel('bedrock/cohere.embed-english-v3')
      .embed({ values: ['one'] });
    expect([vectors[0]?.length, usage?.input]).toEqual([1024, undefined]);
  });

  it('share the space of the same model at other vendors', () => {
    const { embeddingModel } = createBedrock();
    const spaces = ['eu.cohere.embed-multilingual-v3', 'cohere.embed-v4:0', 'amazon.titan-embed-text-v2:0'];
    expect(spaces.map((id) => embeddingModel?.(id).space)).toEqual([
      'embed-multilingual-v3.0',
      'embed-v4',
      'titan-embed-text-v2',
    ]);
  });
});

it.each([
  ['no vector', TITAN, { embedding: 'one' }, 'protocol'],
  ['too few vectors', COHERE, { embeddings: { float: [] } }, 'protocol'],
  ['a model that is not an embedding model', 'bedrock/amazon.nova-lite-v1:0', {}, 'unsupported'],
])('reports the kind of the failure: %s', async (_, spec, body, kind) => {
  const majordomo = await world(answers(body));
  expect((await failureOf(majordomo.embeddingModel(spec).embed({ values: ['one'] }))).kind).toBe(kind);
});
