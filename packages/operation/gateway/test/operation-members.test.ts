import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseEmbeddings } from '../src/operations/embeddings.ts';
import { parseEdits, parseGenerations } from '../src/operations/images.ts';
import { parseSpeech } from '../src/operations/speech.ts';
import { formOf, runOperation } from './support/run-operation.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_900, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const PNG = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);

describe('embeddings', () => {
  const vectors = [Float32Array.of(0, 1), Float32Array.of(1, 0)];
  const usage = { input: 7 };

  it('convert all members of the request and of the response', async () => {
    const body = { model: 'm', input: ['a', 'b'], dimensions: 2, user: 'u', extra: 1 };
    expect(await runOperation(parseEmbeddings, body, { vectors, usage })).toEqual({
      model: 'm',
      metadata: { user: 'u' },
      notes: [{ action: 'dropped', what: 'extra', why: 'unknown member' }],
      request: { values: ['a', 'b'], dimensions: 2 },
      mediaType: 'application/json',
      sent: {
        object: 'list',
        data: [
          { object: 'embedding', index: 0, embedding: [0, 1] },
          { object: 'embedding', index: 1, embedding: [1, 0] },
        ],
        model: 'm',
        usage: { prompt_tokens: 7, total_tokens: 7 },
      },
    });
  });

  it('convert a single value, the format base64 and a missing usage', async () => {
    const body = { model: 'm', input: 'a', encoding_format: 'base64' };
    // The vector is a view of a larger buffer.
    const part = Float32Array.of(9, 0, 1, 9).subarray(1, 3);
    expect(await runOperation(parseEmbeddings, body, { vectors: [part] })).toEqual({
      model: 'm',
      metadata: undefined,
      notes: [],
      request: { values: ['a'], dimensions: undefined },
      mediaType: 'application/json',
      sent: {
        object: 'list',
        data: [{ object: 'embedding', index: 0, embedding: 'AAAAAAAAgD8=' }],
        model: 'm',
      },
    });
  });
});

describe('speech', () => {
  const audio = new Uint8Array([1, 2]);

  it('converts all members of the request, and returns the audio with its type', async () => {
    const body = {
      model: 'm',
      input: 'Hello',
      voice: { id: 'v' },
      response_format: 'wav',
      speed: 0.25,
      instructions: 'slowly',
      stream_format: 'audio',
      extra: 1,
    };
    expect(await runOperation(parseSpeech, body, { audio, mediaType: 'audio/wav' })).toEqual({
      model: 'm',
      metadata: undefined,
      notes: [{ action: 'dropped', what: 'extra', why: 'unknown member' }],
      request: { text: 'Hello', voice: 'v', format: 'wav', speed: 0.25, instructions: 'slowly' },
      mediaType: 'audio/wav',
      sent: audio,
    });
  });
});

describe('images', () => {
  const images = [{ type: 'image', mediaType: 'image/png', bytes: PNG }] as const;
  const base64 = Buffer.from(PNG).toString('base64');
  const imageFile = (type = 'image/png', content: Uint8Array<ArrayBuffer> = PNG): File =>
    new File([content], 'a', { type });

  it('convert all members of the request and of the response', async () => {
    const settings = {
      quality: 'high',
      background: 'transparent',
      output_format: 'webp',
      moderation: 'low',
      style: 'vivid',
      input_fidelity: 'high',
      output_compression: 0,
    };
    const body = { model: 'm', prompt: 'a cat', n: 10, size: '10x99999', user: 'u', extra: 1, ...settings };
    const usage = { input: 9, output: 90, details: { inputImage: 7 } };
    expect(await runOperation(parseGenerations, body, { images, usage })).toEqual({
      model: 'm',
      metadata: { user: 'u' },
      notes: [{ action: 'dropped', what: 'extra', why: 'unknown member' }],
      request: { prompt: 'a cat', n: 10, size: '10x99999', extra: { 'openai-images': settings } },
      mediaType: 'application/json',
      sent: {
        created: 1_700_000_000,
        data: [{ b64_json: base64 }],
        usage: {
          input_tokens: 9,
          output_tokens: 90,
          total_tokens: 99,
          input_tokens_details: { image_tokens: 7, text_tokens: 2 },
        },
      },
    });
  });

  it.each([
    [
      { input: 9, output: 90 },
      { image_tokens: 0, text_tokens: 9 },
    ],
    [{ input: 9 }, undefined],
    [{ output: 9 }, undefined],
    [undefined, undefined],
  ])('with the usage %j have the input token details %j', async (usage, details) => {
    const { sent } = await runOperation(parseGenerations, { model: 'm', prompt: 'a' }, { images, usage });
    const { usage: responseUsage } = sent as { readonly usage?: { readonly input_tokens_details: object } };
    expect(responseUsage?.input_tokens_details).toEqual(details);
  });

  it('are edited with the images and the mask of a form, whose numbers are parsed', async () => {
    const form = formOf({
      model: 'm',
      prompt: 'a hat',
      image: [imageFile()],
      'image[]': [imageFile('text/plain'), imageFile('image/gif', new Uint8Array([1]))],
      mask: imageFile(),
      n: '2',
      output_compression: '50',
      stream: 'false',
    });
    const { notes, request } = await runOperation(parseEdits, form, { images });
    const gif = { type: 'image', mediaType: 'image/gif', bytes: new Uint8Array([1]) };
    expect(request).toEqual({
      images: [images[0], images[0], gif],
      mask: images[0],
      prompt: 'a hat',
      n: 2,
      size: undefined,
      extra: { 'openai-images': { output_compression: 50 } },
    });
    expect(notes).toEqual([]);
  });

  it('are edited without a mask, and fields that are not numbers remain strings', async () => {
    const form = formOf({ model: 'm', prompt: '12', image: imageFile(), partial_images: '2', quality: '1' });
    const { notes, request } = await runOperation(parseEdits, form, { images });
    expect(request).toMatchObject({
      mask: undefined,
      prompt: '12',
      extra: { 'openai-images': { quality: '1' } },
    });
    expect(notes).toEqual([{ action: 'dropped', what: 'partial_images', why: 'unknown member' }]);
  });

  it.each<[Readonly<Record<string, string | File | readonly (string | File)[]>>, string]>([
    [{ image: [] }, 'image is missing; it must be an image'],
    [{ image: 'a' }, 'image must be a file, not a string'],
    [{ image: imageFile('text/plain', new Uint8Array([1])) }, 'image must be an image'],
    [{ mask: 'a' }, 'mask must be a file, not a string'],
    [{ mask: [imageFile(), imageFile()] }, 'mask must be set only once'],
    [{ n: 'two' }, 'n must be an integer from 1 to 10, not a string'],
    [{ n: '11' }, 'n must be an integer from 1 to 10, not 11'],
    [{ stream: 'true' }, 'stream is not supported, because one response contains all images; omit it'],
    [{ size: '1024' }, 'size must be auto, or width and height such as 1024x1024'],
    [{ user: ['a', 'b'] }, 'user must be set only once'],
  ])('are refused in a form: %j', async (fields, message) => {
    const form = formOf({ model: 'm', prompt: 'a', image: imageFile(), ...fields });
    await expect(runOperation(parseEdits, form)).rejects.toThrow(message);
  });

  it.each([
    ['100000x1', false],
    ['1x100000', false],
    ['01x1', false],
    ['1x1', true],
  ])('of the size %s are accepted: %s', async (size, isAccepted) => {
    const outcome = runOperation(parseGenerations, { model: 'm', prompt: 'a', size }, { images });
    if (isAccepted) expect((await outcome).request).toMatchObject({ size });
    else await expect(outcome).rejects.toThrow('size must be auto');
  });
});
