import { createMajordomo, type ImageRequest, type ImageResponse } from '@majordomo/core';
import { answers, failureOf, PNG, png, testServer, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createGoogle } from '../src/index.ts';

const imagePart = { inlineData: { mimeType: 'image/png', data: PNG } };
const imageBody = (parts: readonly object[] = [imagePart], more: object = {}): object => ({
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
  usageMetadata: {
    promptTokenCount: 8,
    candidatesTokenCount: 1290,
    candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1290 }],
  },
  ...more,
});

let server: TestServer;
afterEach(() => server.close());

type Play = (
  body: { readonly generationConfig: Readonly<Record<string, unknown>> },
  number: number,
) => readonly [number, object];

async function world(play: Play): Promise<(request?: Partial<ImageRequest>) => Promise<ImageResponse>> {
  server = await testServer((response, { text }, number) => {
    const [status, answer] = play(JSON.parse(text), number);
    answers(answer, status)(response);
  });
  const majordomo = createMajordomo({
    providers: [createGoogle({ apiKey: 'key', baseURL: server.origin })],
    chain: { backoff: { baseMs: 0 } },
  });
  return (request) => majordomo.imageModel('google/gemini-x-image').generate({ prompt: 'a cat', ...request });
}

const bodies = (): readonly unknown[] => server.requests.map(({ body }) => body);

describe('an image model', () => {
  it('requests an image only, and returns image parts and usage', async () => {
    const generateImages = await world(() => [
      200,
      imageBody([{ text: 'Here it is.' }, { ...imagePart, thought: true }, imagePart]),
    ]);
    const { images, usage, warnings, target } = await generateImages();
    expect([images, warnings, target]).toEqual([[png], [], 'google/gemini-x-image']);
    expect(usage).toMatchObject({ input: 8, output: 1290, details: { outputImage: 1290 } });
    expect(server.requests[0]?.path).toBe('/v1/models/gemini-x-image:generateContent');
    expect(bodies()).toEqual([
      {
        contents: [{ role: 'user', parts: [{ text: 'a cat' }] }],
        generationConfig: { responseModalities: ['IMAGE'] },
      },
    ]);
  });

  it('sends images, a seed of 0, and the aspect ratio of a size, with a warning', async () => {
    const generateImages = await world(() => [200, imageBody()]);
    const { warnings } = await generateImages({ images: [png], seed: 0, size: '1344x768' });
    expect(bodies()).toEqual([
      {
        contents: [{ role: 'user', parts: [imagePart, { text: 'a cat' }] }],
        generationConfig: { responseModalities: ['IMAGE'], imageConfig: { aspectRatio: '16:9' }, seed: 0 },
      },
    ]);
    expect(warnings).toEqual([
      { action: 'coerced', what: 'size 1344x768', why: 'this API accepts only aspect ratios; 16:9 was sent' },
    ]);
  });

  it('sends n calls from the seed on; failures are warnings', async () => {
    const generateImages = await world(({ generationConfig: { seed } }) =>
      seed === 6
        ? [503, { error: { code: 503, message: 'busy', status: 'UNAVAILABLE' } }]
        : [200, imageBody()],
    );
    const { images, usage, warnings } = await generateImages({ n: 3, seed: 5 });
    expect([images.length, usage?.output]).toEqual([2, 2580]);
    expect(warnings).toMatchObject([
      { action: 'dropped', what: '1 of 3 images', why: expect.stringContaining('busy') },
    ]);
    const seeds = bodies().map(
      (body) => (body as { generationConfig: { seed: number } }).generationConfig.seed,
    );
    expect(seeds.sort()).toEqual([5, 6, 7]);
  });

  it('merges extra into the body last', async () => {
    const generateImages = await world(() => [200, imageBody()]);
    await generateImages({ extra: { google: { generationConfig: { imageConfig: { imageSize: '2K' } } } } });
    expect(bodies()).toMatchObject([
      { generationConfig: { responseModalities: ['IMAGE'], imageConfig: { imageSize: '2K' } } },
    ]);
  });
});

describe('a failure', () => {
  it.each([
    ['a mask', { images: [png], mask: png }, 'unsupported'],
    ['an unsupported ratio', { size: '1000x100' as const }, 'unsupported'],
    ['no size', { size: '0x0' as const }, 'invalid-request'],
  ])('%s is rejected', async (_, request, kind) => {
    const generateImages = await world(() => [200, imageBody()]);
    expect((await failureOf(generateImages(request))).kind).toBe(kind);
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['no image', 200, imageBody([{ text: 'I would rather not.' }]), 'empty'],
    ['no candidates', 200, {}, 'protocol'],
    ['broken base64', 200, imageBody([{ inlineData: { data: '!' } }]), 'protocol'],
    [
      'a refusal',
      200,
      { candidates: [{ finishReason: 'IMAGE_SAFETY', finishMessage: 'unsafe' }] },
      'content-filter',
    ],
    ['a blocked prompt', 200, { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }, 'content-filter'],
    [
      'an error inside 200',
      200,
      { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'slow down' } },
      'rate-limit',
    ],
    ['a bad key', 401, { error: { code: 401, message: 'bad', status: 'UNAUTHENTICATED' } }, 'auth'],
  ])('reports the kind of the failure: %s', async (_, status, body, kind) => {
    const generateImages = await world(() => [status, body]);
    expect((await failureOf(generateImages())).kind).toBe(kind);
  });
});
