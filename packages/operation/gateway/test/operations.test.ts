import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { answers, inTurn, testServer, type Answer, type TestServer } from '@majordomo/test-support';
import OpenAI, { toFile } from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../src/index.ts';
import { startGateway, KEY, type TestGateway } from './support/test-gateway.ts';

let vendor: TestServer;
afterEach(() => vendor.close());

/** Starts a gateway with one vendor and a chain of two models for speech and transcripts. */
async function startWithVendor(answer: Answer, gateway: Partial<GatewayOptions> = {}): Promise<TestGateway> {
  vendor = await testServer(answer);
  return startGateway({
    majordomo: {
      providers: [
        createOpenAI({ baseURL: `${vendor.origin}/v1`, apiKey: 'sk-test' }),
        createAnthropic({ baseURL: vendor.origin, apiKey: 'sk-test' }),
      ],
    },
    gateway: {
      models: {
        vectors: 'openai/text-embedding-3-small',
        ears: 'openai/gpt-4o-transcribe,openai/whisper-1',
        voice: 'openai/gpt-4o-mini-tts,openai/tts-1',
        mute: 'anthropic/claude-haiku-4-5',
      },
      ...gateway,
    },
  });
}

const client = (testGateway: TestGateway): OpenAI =>
  new OpenAI({ baseURL: `${testGateway.url}/v1`, apiKey: KEY, maxRetries: 0 });
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
    const { data, response } = await client(testGateway)
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
    expect(vendor.requests[0]?.body).toMatchObject({ model: 'text-embedding-3-small', dimensions: 2 });
  });

  it('have no usage if the vendor reported none', async () => {
    const { usage: _usage, ...body } = embeddingsBody([0, 1]) as { readonly usage: object };
    await using testGateway = await startWithVendor(answers(body));
    const requestBody = { model: 'vectors', input: ['a'], dimensions: 2 };
    expect(await client(testGateway).embeddings.create(requestBody)).not.toHaveProperty('usage');
  });

  it.each([
    [{ input: [1, 2, 3] }, 'input must be text'],
    [{ input: [[1]] }, 'input must be text'],
    [{ input: [] }, 'input must not be empty'],
    [{ input: ['a', ''] }, 'input[1] must not be empty'],
    [{}, 'input is missing'],
    [{ input: 'a', dimensions: 1.5 }, 'dimensions must be an integer of 1 or more, not 1.5'],
  ])('are refused with the name of the invalid member: %j', async (body, message) => {
    await using testGateway = await startWithVendor(answers({}));
    const error = await errorOf(
      client(testGateway).post('/embeddings', { body: { model: 'vectors', ...body } }),
    );
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(String(error)).toContain(message);
    expect(vendor.requests).toHaveLength(0);
  });
});

describe('a transcript', () => {
  const transcriptBody = {
    text: 'Hello there.',
    language: 'english',
    duration: 2.5,
    segments: [{ id: 0, start: 0, end: 2.5, text: ' Hello there.' }],
  };

  it('is complete, and comes from the next target if the first one fails', async () => {
    await using testGateway = await startWithVendor(
      inTurn(answers({ error: { message: 'busy' } }, 503), answers({ text: 'Hi' })),
    );
    const { data, response } = await client(testGateway)
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
    expect(vendor.requests[1]?.text).toContain('OggS a voice note');
    expect(vendor.requests[1]?.text).toContain('greetings');
  });

  it('has times in seconds on request', async () => {
    await using testGateway = await startWithVendor(answers(transcriptBody), {
      models: { ears: 'openai/whisper-1' },
    });
    const transcript = await client(testGateway).audio.transcriptions.create({
      model: 'ears',
      file: await voiceNote(),
      response_format: 'verbose_json',
    });
    expect(transcript).toMatchObject({
      text: 'Hello there.',
      language: 'en',
      duration: 2.5,
      segments: [{ id: 0, start: 0, end: 2.5, text: 'Hello there.' }],
    });
  });

  it('is plain text on request', async () => {
    await using testGateway = await startWithVendor(answers({ text: 'Hi' }));
    const file = await voiceNote();
    const text = await client(testGateway).audio.transcriptions.create({
      model: 'ears',
      file,
      response_format: 'text',
    });
    expect(text).toBe('Hi\n');
  });

  it('is requested with the media type of the file name if the file has no valid type', async () => {
    await using testGateway = await startWithVendor(answers({ text: 'Hi' }));
    const file = await toFile(OGG, 'note.ogg', { type: 'recording' });
    expect(await client(testGateway).audio.transcriptions.create({ model: 'ears', file })).toEqual({
      text: 'Hi',
    });
    expect(vendor.requests[0]?.text).toContain('audio/ogg');
  });

  it('is refused with the name of the unsupported member', async () => {
    await using testGateway = await startWithVendor(answers({ text: 'Hi' }));
    const { transcriptions } = client(testGateway).audio;
    const file = await voiceNote();
    const streamError = errorOf(transcriptions.create({ model: 'ears', file, stream: true }));
    expect(String(await streamError)).toContain('stream is not supported');
    const formatError = errorOf(transcriptions.create({ model: 'ears', file, response_format: 'srt' }));
    expect(String(await formatError)).toContain('response_format must be one of');
    const jsonError = errorOf(client(testGateway).post('/audio/transcriptions', { body: { model: 'ears' } }));
    expect(String(await jsonError)).toContain('must be a form');
    expect(vendor.requests).toHaveLength(0);
  });

  it('is limited to maxBodyBytes', async () => {
    await using testGateway = await startWithVendor(answers({ text: 'Hi' }), { maxBodyBytes: 100_000 });
    const file = await toFile(Buffer.alloc(8_000_000), 'long.ogg', { type: 'audio/ogg' });
    const error = await errorOf(client(testGateway).audio.transcriptions.create({ model: 'ears', file }));
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
    );
    const response = await client(testGateway).audio.speech.create({
      model: 'voice',
      voice: 'alloy',
      input: 'Hello',
      speed: 1.5,
    });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(MP3);
    expect(response.headers.get('content-type')).toBe('audio/mpeg');
    expect(response.headers.get('x-majordomo-target')).toBe('openai/tts-1');
    expect(vendor.requests[1]?.body).toMatchObject({ voice: 'alloy', response_format: 'mp3', speed: 1.5 });
  });

  it('is refused with the name of the unsupported member', async () => {
    await using testGateway = await startWithVendor(answerMp3);
    const aacRequest = { model: 'voice', voice: 'alloy', input: 'Hello', response_format: 'aac' as const };
    expect(String(await errorOf(client(testGateway).audio.speech.create(aacRequest)))).toContain(
      'response_format must be one of',
    );
    const sseRequest = { model: 'voice', voice: 'alloy', input: 'Hello', stream_format: 'sse' as const };
    expect(String(await errorOf(client(testGateway).audio.speech.create(sseRequest)))).toContain(
      'stream_format must be one of',
    );
    expect(vendor.requests).toHaveLength(0);
  });
});

describe('an operation', () => {
  const overloaded = answers({ error: { message: 'account org-secret is busy' } }, 503);

  it('that fails at every target has the status and code of the error, without the message of the vendor', async () => {
    await using testGateway = await startWithVendor(overloaded);
    const error = await errorOf(client(testGateway).embeddings.create({ model: 'vectors', input: 'a' }));
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 503, code: 'overloaded' });
    expect(String(error)).not.toContain('org-secret');
  });

  it('that the model does not support is refused', async () => {
    await using testGateway = await startWithVendor(overloaded);
    const error = await errorOf(
      client(testGateway).audio.speech.create({ model: 'mute', voice: 'a', input: 'a' }),
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
      client(testGateway).audio.transcriptions.create(
        { model: 'ears', file },
        { signal: abortController.signal },
      ),
    );
    const { closed } = await vendor.request(0);
    expect(
      await errorOf(client(testGateway).embeddings.create({ model: 'vectors', input: 'a' })),
    ).toMatchObject({
      status: 429,
    });
    abortController.abort();
    await cancelledCall;
    await closed;
    expect(await client(testGateway).audio.transcriptions.create({ model: 'ears', file })).toMatchObject({
      text: 'Hi',
    });
  });
});
