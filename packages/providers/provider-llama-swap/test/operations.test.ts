import { createMajordomo, type Majordomo } from '@majordomo/core';
import { answers, testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { createLlamaSwap, type LlamaSwapOptions } from '../src/index.ts';

const swap = (options: LlamaSwapOptions): Majordomo =>
  createMajordomo({ providers: [createLlamaSwap(options)], chain: { attempts: 1 } });

const WAV = new TextEncoder().encode('RIFF....WAVEfmt ');

it('embeds, transcribes and speaks, routed by the model', async () => {
  await using server = await testServer((response, { path }) => {
    if (path === '/v1/embeddings') answers({ data: [{ index: 0, embedding: [1, 0] }] })(response);
    else if (path === '/v1/audio/transcriptions') answers({ text: 'hello' })(response);
    else response.writeHead(200, { 'content-type': 'audio/wav' }).end(WAV);
  });
  const majordomo = swap({ baseURL: server.origin });
  const { vectors } = await majordomo.embeddingModel('llama-swap/bge').embed({ values: ['one'] });
  const { text } = await majordomo
    .transcriptionModel('llama-swap/whisper')
    .transcribe({ audio: WAV, mediaType: 'audio/wav' });
  const { audio } = await majordomo.speechModel('llama-swap/kokoro').speak({ text: 'hello' });
  expect([vectors, text, audio]).toEqual([[Float32Array.of(1, 0)], 'hello', new Uint8Array(WAV)]);
  expect(server.requests).toMatchObject([
    { path: '/v1/embeddings', headers: { authorization: 'Bearer no-key' }, body: { model: 'bge' } },
    { path: '/v1/audio/transcriptions', headers: { authorization: 'Bearer no-key' } },
    { path: '/v1/audio/speech', body: { model: 'kokoro', input: 'hello' } },
  ]);
});

it('names the missing option without a URL', async () => {
  const majordomo = swap({});
  const operations = [
    majordomo.embeddingModel('llama-swap/m').embed({ values: ['one'] }),
    majordomo.transcriptionModel('llama-swap/m').transcribe({ audio: WAV, mediaType: 'audio/wav' }),
    majordomo.speechModel('llama-swap/m').speak({ text: 'hello' }),
  ];
  for (const call of operations) {
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'config', details: { code: 'missing-url', target: 'llama-swap/m' } });
  }
});

it('reads the space of a configured name, and has no timeouts', () => {
  const { embeddingModel } = createLlamaSwap({
    baseURL: 'http://swap',
    vectorSpaces: { mine: 'BAAI/bge-m3' },
  });
  expect([embeddingModel?.('mine').space, embeddingModel?.('mine').timeouts?.completeMs]).toEqual([
    'bge-m3',
    0,
  ]);
});
