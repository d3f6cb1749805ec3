import { answers, inTurn, type Answer } from '@majordomo/test-support';
import OpenAI, { toFile } from 'openai';
import { describe, expect, it } from 'vitest';
import { openaiClient } from './support/clients.ts';
import { startWithVendor } from './support/operations.ts';

const errorOf = (work: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(work).catch((error: unknown) => error);
const OGG = Buffer.from('OggS a voice note');
const voiceNote = () => toFile(OGG, 'note.ogg', { type: 'audio/ogg' });

describe('embeddings', () => {
  const embeddingsBody = (...vectors: readonly (readonly number[])[]): object => ({
    data: vectors.map((vector, index) => ({
      index,
      embedding: Buffer.from(Float32Array.from(vector).buffer).toString('base64'),
    })),
    usage: { prompt_tokens: 7, total_tokens: 7 },
  });

  it.each(['float', 'base64', undefined] as const)('have the requested format (%s)', async (format) => {
    await using testGateway = await startWithVendor(answers(embeddingsBody([0, 1], [1, 0])));
    const requestBody = { model: 'vectors', input: ['a', 'b'], dimensions: 2 };
    const { data, response } = await openaiClient(testGateway)
      .embeddings.create(format === undefined ? requestBody : { ...requestBody, encoding_format: format })
      .withResponse();
    const embeddings = data.data.map(({ embedding }) => embedding as unknown);
    const expected =
      format === 'base64'
        ? ['AAAAAAAAgD8=', 'AACAPwAAAAA=']
        : [
            [0, 1],
            [1, 0],
          ];
    expect(embeddings).toEqual(expected);
    expect(data).toMatchObject({ model: 'vectors', usage: { prompt_tokens: 7, total_tokens: 7 } });
    expect(response.headers.get('x-majordomo-target')).toBe('openai/text-embedding-3-small');
    expect(testGateway.vendor.requests[0]?.body).toMatchObject({
      model: 'text-embedding-3-small',
      dimensions: 2,
    });
  });
});

describe('a transcript', () => {
  it('is complete, and comes from the next target if the first one fails', async () => {
    await using testGateway = await startWithVendor(
      inTurn(answers({ error: { message: 'busy' } }, 503), answers({ text: 'Hi' })),
      { models: { ears: 'openai/gpt-4o-transcribe,openai/whisper-1' } },
    );
    const { data, response } = await openaiClient(testGateway)
      .audio.transcriptions.create({
        model: 'ears',
        file: await voiceNote(),
        language: 'en',
        prompt: 'greetings',
      })
      .withResponse();
    expect(data.text).toBe('Hi');
    expect(response.headers.get('x-majordomo-target')).toBe('openai/whisper-1');
    expect(response.headers.get('x-majordomo-attempts')).toBe('2');
    expect(testGateway.vendor.requests[1]?.text).toContain('OggS a voice note');
    expect(testGateway.vendor.requests[1]?.text).toContain('greetings');
  });

  it('is limited to maxBodyBytes', async () => {
    await using testGateway = await startWithVendor(answers({ text: 'Hi' }), { maxBodyBytes: 100_000 });
    const file = await toFile(Buffer.alloc(8_000_000), 'long.ogg', { type: 'audio/ogg' });
    const error = await errorOf(
      openaiClient(testGateway).audio.transcriptions.create({ model: 'ears', file }),
    );
    expect(error).toMatchObject({ status: 413 });
  });
});

describe('speech', () => {
  const MP3 = Buffer.from('ID3 sound');
  const answerMp3: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(MP3);
  };

  it('is complete, and comes from the next target if the first one fails', async () => {
    await using testGateway = await startWithVendor(
      inTurn(answers({ error: { message: 'busy' } }, 503), answerMp3),
      { models: { voice: 'openai/gpt-4o-mini-tts,openai/tts-1' } },
    );
    const response = await openaiClient(testGateway).audio.speech.create({
      model: 'voice',
      voice: 'alloy',
      input: 'Hello',
      speed: 1.5,
    });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(MP3);
    expect(response.headers.get('content-type')).toBe('audio/mpeg');
    expect(response.headers.get('x-majordomo-target')).toBe('openai/tts-1');
    expect(testGateway.vendor.requests[1]?.body).toMatchObject({
      voice: 'alloy',
      response_format: 'mp3',
      speed: 1.5,
    });
  });
});

describe('an operation', () => {
  const overloaded = answers({ error: { message: 'account org-secret is busy' } }, 503);

  it('that fails at every target has the status and code of the error, without the message of the vendor', async () => {
    await using testGateway = await startWithVendor(overloaded);
    const error = await errorOf(
      openaiClient(testGateway).embeddings.create({ model: 'vectors', input: 'a' }),
    );
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 503, code: 'overloaded' });
    expect(String(error)).not.toContain('org-secret');
  });

  it('that the model does not support is refused', async () => {
    await using testGateway = await startWithVendor(overloaded);
    const error = await errorOf(
      openaiClient(testGateway).audio.speech.create({ model: 'mute', voice: 'a', input: 'a' }),
    );
    expect(error).toMatchObject({ status: 400, code: 'unsupported' });
  });

  it('uses a slot, and releases it', async () => {
    await using testGateway = await startWithVendor(
      (response, _, number) => {
        if (number > 1) answers({ text: 'Hi' })(response);
      },
      { maxConcurrent: 1 },
    );
    const abortController = new AbortController();
    const file = await voiceNote();
    const cancelledCall = errorOf(
      openaiClient(testGateway).audio.transcriptions.create(
        { model: 'ears', file },
        { signal: abortController.signal },
      ),
    );
    const { closed } = await testGateway.vendor.request(0);
    expect(
      await errorOf(openaiClient(testGateway).embeddings.create({ model: 'vectors', input: 'a' })),
    ).toMatchObject({
      status: 429,
    });
    abortController.abort();
    await cancelledCall;
    await closed;
    expect(
      await openaiClient(testGateway).audio.transcriptions.create({ model: 'ears', file }),
    ).toMatchObject({
      text: 'Hi',
    });
  });
});
