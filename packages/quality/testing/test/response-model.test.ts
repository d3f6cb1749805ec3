import { createMajordomo, type CallEvent, user, type VendorFacts } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';

const model = 'gpt-5.4-2026-03-05';
const vendor: VendorFacts = { wire: 'fake', requestId: 'req_1' };
const served = { model, vendor };
const request = { messages: [user('hi')] };

it('reports the model and the facts of a chat, streamed or not, and the model of its attempt', async () => {
  const provider = fakeProvider({
    id: 'a',
    models: {
      m: [
        { text: 'x', ...served },
        { text: 'x', ...served },
      ],
    },
  });
  const events: CallEvent[] = [];
  const chat = createMajordomo({ providers: [provider] }).model('a/m');
  const complete = await chat.generate(request, { onEvent: (event) => events.push(event) });
  const stream = chat.stream(request);
  const starts = [];
  for await (const event of stream) if (event.type === 'start') starts.push(event.model);
  for (const response of [complete, await stream.response()]) {
    expect(response).toMatchObject({
      model,
      vendor: { ...vendor, id: expect.stringMatching(/^m-/) as unknown },
      attempts: [{ model: 'm', responseModel: model }],
    });
  }
  expect(starts).toEqual([model]);
  const ends = events.flatMap((event) => (event.type === 'attempt-end' ? [event.result.responseModel] : []));
  expect(ends).toEqual([model]);
});

it('has neither model nor facts if the provider reports none', async () => {
  const provider = fakeProvider({ id: 'a', models: { m: ['x'] } });
  const response = await createMajordomo({ providers: [provider] })
    .model('a/m')
    .generate(request);
  expect(Object.keys(response)).not.toContain('model');
  expect(Object.keys(response)).not.toContain('vendor');
  expect(Object.keys(response.attempts[0] ?? {})).not.toContain('responseModel');
});

it('reports the model of a failed attempt that had started to answer', async () => {
  const chat = createMajordomo({
    providers: [
      {
        spi: 1,
        id: 'a',
        model: (id) => ({
          id,
          families: [],
          capabilities: {},
          async *stream(_request, { target }) {
            yield { type: 'start', target, id: 'r', model };
            yield { type: 'text-delta', index: 0, text: 'x' };
            await Promise.resolve();
            throw new Error('lost');
          },
        }),
      },
    ],
  }).model('a/m');
  const error: unknown = await chat.generate(request, { attempts: 1 }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ details: { attempts: [{ outcome: 'failed', responseModel: model }] } });
});

it('reports the model and the facts of every other operation', async () => {
  const image = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1]) } as const;
  const verdict = { flagged: false, categories: {}, scores: {} };
  const majordomo = createMajordomo({
    providers: [
      fakeProvider({
        id: 'a',
        models: { m: [{ images: [image], ...served }] },
        embeddings: { m: [{ vectors: [[1]], ...served }] },
        transcriptions: { m: [{ transcript: 'x', ...served }] },
        speech: { m: [{ audio: new Uint8Array([1]), ...served }] },
        reranks: { m: [{ ranking: [{ index: 0, score: 1 }], ...served }] },
        moderations: { m: [{ verdicts: [verdict], ...served }] },
      }),
    ],
  });
  const responses = [
    await majordomo.imageModel('a/m').generate({ prompt: 'x' }),
    await majordomo.embeddingModel('a/m').embed({ values: ['x'] }),
    await majordomo
      .transcriptionModel('a/m')
      .transcribe({ audio: new Uint8Array([1]), mediaType: 'audio/wav' }),
    await majordomo.speechModel('a/m').speak({ text: 'x' }),
    await majordomo.rerankModel('a/m').rerank({ query: 'x', documents: ['x'] }),
    await majordomo.moderationModel('a/m').moderate({ values: ['x'] }),
  ];
  expect(responses).toHaveLength(6);
  for (const response of responses)
    expect(response).toMatchObject({ model, vendor, attempts: [{ responseModel: model }] });
});
