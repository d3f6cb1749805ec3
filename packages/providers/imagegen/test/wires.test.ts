import { LlmError, type ImageRequest } from '@majordomo/core';
import { usageOf } from '@majordomo/test-support';
import { describe, expect, test } from 'vitest';
import {
  COMPATIBLE_IMAGES,
  generateEach,
  fromImagesBody,
  fromTxt2ImgBody,
  imageFromBase64,
  imageFromRun,
  toImagesCall,
  toRunCall,
  toTxt2ImgCall,
  type GeneratedImages,
  type ImagesQuirks,
  type RunQuirks,
} from '../src/index.ts';
import { JPEG, PNG, png } from './pictures.ts';

const TARGET = 'lab/paint';
const location = { target: TARGET, path: 'image' };

function failure(work: () => unknown): LlmError {
  try {
    work();
  } catch (error) {
    if (LlmError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('an image from base64', () => {
  test.each([
    ['base64', PNG, 'image/png'],
    ['a data URL', `data:image/png;base64,${PNG}`, 'image/png'],
    ['a data URL that lies', `data:image/webp;base64,${JPEG}`, 'image/jpeg'],
    ['a data URL without a type', `data:;base64,${PNG}`, 'image/png'],
    ['base64 for URLs', JPEG.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''), 'image/jpeg'],
    ['base64 in lines', PNG.replace(/(.{20})/g, '$1\n'), 'image/png'],
  ])('%s', (_, text, mediaType) => {
    expect(imageFromBase64(text, location).mediaType).toBe(mediaType);
  });

  test('has the bytes that were sent', () => {
    expect(imageFromBase64(PNG, location)).toEqual(png);
  });

  test.each([
    ['broken base64', 'not base64!'],
    ['nothing', ''],
    ['no text', 42],
    ['bytes that are no image', btoa('hello')],
    ['a URL', 'https://example.com/cat.png'],
  ])('%s is a drifted answer, at its location', (_, text) => {
    const { kind, details } = failure(() => imageFromBase64(text, location));
    expect([kind, details.path, details.target]).toEqual(['protocol', 'image', TARGET]);
  });
});

describe('the images wire', () => {
  const call = (
    request: Partial<ImageRequest>,
    quirks: Partial<ImagesQuirks> = {},
  ): ReturnType<typeof toImagesCall> =>
    toImagesCall({ prompt: 'a cat', ...request }, 'paint', { ...COMPATIBLE_IMAGES, ...quirks }, TARGET);
  const bodyOf = (request: Partial<ImageRequest>, quirks?: Partial<ImagesQuirks>): unknown => {
    const { body } = call(request, quirks);
    return typeof body === 'string' ? JSON.parse(body) : undefined;
  };

  test('unset fields are absent, and a seed of 0 is sent', () => {
    expect(bodyOf({})).toEqual({ model: 'paint', prompt: 'a cat', response_format: 'b64_json' });
    expect(bodyOf({ seed: 0, n: 2, size: '512x768' })).toEqual({
      model: 'paint',
      prompt: 'a cat',
      n: 2,
      size: '512x768',
      seed: 0,
      response_format: 'b64_json',
    });
  });

  test('a wire without seeds and formats receives neither, with a warning', () => {
    const { warnings } = call({ seed: 7 }, { seed: false });
    expect(bodyOf({ seed: 7 }, { seed: false, responseFormat: 'none' })).toEqual({
      model: 'paint',
      prompt: 'a cat',
    });
    expect(warnings).toEqual([{ action: 'dropped', what: 'seed', why: 'this API does not support a seed' }]);
  });

  test('extra is merged last, the provider over the wire, and undefined removes a field', () => {
    const extra = {
      'openai-images': { quality: 'low', background: 'opaque' },
      lab: { quality: 'high', response_format: undefined },
      other: { quality: 'max' },
    };
    expect(bodyOf({ extra })).toEqual({
      model: 'paint',
      prompt: 'a cat',
      quality: 'high',
      background: 'opaque',
    });
  });

  test('a request with images is an edit, as a form with files', () => {
    const { path, body } = call({ images: [png], mask: png, n: 2 });
    expect(path).toBe('/images/edits');
    if (typeof body === 'string') throw new Error('no form');
    expect([...body.keys()]).toEqual(['model', 'prompt', 'n', 'response_format', 'image', 'mask']);
    expect(body.get('n')).toBe('2');
    const file = body.get('image') as File;
    expect([file.name, file.type, file.size]).toEqual(['image-1.png', 'image/png', png.bytes.length]);
    const several = call({ images: [png, png] }).body;
    expect(typeof several === 'string' ? [] : several.getAll('image[]').length).toBe(2);
  });

  test('a mask without an image and an invalid size are rejected', () => {
    expect(failure(() => call({ mask: png })).kind).toBe('invalid-request');
    expect(failure(() => call({ size: '0x0' })).kind).toBe('invalid-request');
    expect(failure(() => call({ size: '7x7' }, { size: { multipleOf: 16 } })).kind).toBe('unsupported');
  });

  test('an answer contains its images and its usage', () => {
    const usage = {
      input_tokens: 50,
      input_tokens_details: { image_tokens: 40, text_tokens: 10 },
      output_tokens: 4000,
      output_tokens_details: { image_tokens: 3900, text_tokens: 100 },
      total_tokens: 4050,
    };
    expect(fromImagesBody({ created: 1, data: [{ b64_json: PNG }], usage }, 1, TARGET)).toEqual({
      target: TARGET,
      vendor: { wire: 'openai-images' },
      images: [png],
      warnings: [],
      usage: usageOf({ input: 50, output: 4000, details: { inputImage: 40, outputImage: 3900 } }),
    });
  });

  test('three of four images are an answer with a warning', () => {
    const data = [
      { b64_json: PNG },
      { b64_json: 'broken!' },
      { url: `data:image/png;base64,${PNG}` },
      { b64_json: PNG },
    ];
    const { images, warnings } = fromImagesBody({ data }, 4, TARGET);
    expect(images.length).toBe(3);
    expect(warnings).toEqual([
      {
        action: 'dropped',
        what: '1 of 4 images',
        why: expect.stringContaining('data[1].b64_json contains invalid base64'),
      },
    ]);
    expect(fromImagesBody({ data: data.slice(0, 1) }, 4, TARGET).warnings[0]?.what).toBe('3 of 4 images');
  });

  test.each([
    ['no object', null, 'protocol'],
    ['no list', {}, 'protocol'],
    ['all broken', { data: [{ b64_json: '!' }, {}] }, 'protocol'],
    ['an entry that is none', { data: [null] }, 'protocol'],
    ['URLs', { data: [{ url: 'https://example.com/cat.png' }] }, 'unsupported'],
    ['URLs beside an empty member', { data: [{ b64_json: null, url: 'https://a.b/c.png' }] }, 'unsupported'],
    ['URLs beside an empty text', { data: [{ b64_json: '', url: 'https://a.b/c.png' }] }, 'unsupported'],
    ['an error inside 200', { error: { message: 'slow down', code: 'rate_limit_exceeded' } }, 'rate-limit'],
    ['an error of words', { error: 'out of memory' }, 'server'],
  ])('%s fails by kind', (_, body, kind) => {
    expect(failure(() => fromImagesBody(body, 1, TARGET)).kind).toBe(kind);
  });

  test('the error for a URL has the usage, because the vendor bills the image', () => {
    const usage = { input_tokens: 5, output_tokens: 40 };
    const body = { data: [{ url: 'https://example.com/cat.png' }], usage };
    const { partial } = failure(() => fromImagesBody(body, 1, TARGET)).details;
    expect(partial?.usage).toMatchObject({ input: 5, output: 40, details: { outputImage: 40 } });
  });
});

describe('the web UI’s wire', () => {
  const bodyOf = (request: Partial<ImageRequest>): unknown =>
    toTxt2ImgCall({ prompt: 'a cat', ...request }, 'sd', TARGET).body;

  test('unset fields are absent, a seed of 0 is sent, and a size is two numbers', () => {
    expect(bodyOf({})).toEqual({ model: 'sd', prompt: 'a cat' });
    expect(
      bodyOf({ seed: 0, n: 3, size: '512x768', extra: { 'sdapi-txt2img': { steps: 4, cfg_scale: 1 } } }),
    ).toEqual({
      model: 'sd',
      prompt: 'a cat',
      width: 512,
      height: 768,
      seed: 0,
      batch_size: 3,
      steps: 4,
      cfg_scale: 1,
    });
  });

  test('a request with images uses img2img', () => {
    const { path, body } = toTxt2ImgCall({ prompt: 'a cat', images: [png], mask: png }, 'sd', TARGET);
    expect([path, body]).toEqual([
      '/sdapi/v1/img2img',
      { model: 'sd', prompt: 'a cat', init_images: [PNG], mask: PNG },
    ]);
    expect(failure(() => toTxt2ImgCall({ prompt: 'a cat', mask: png }, 'sd', TARGET)).kind).toBe(
      'invalid-request',
    );
  });

  test.each<[string, number, unknown]>([
    ['one picture', 1, '{"index_of_first_image":0}'],
    ['a batch', 2, '{}'],
    ['a batch without words', 2, undefined],
    ['a batch with broken words', 2, '{"index'],
  ])('maps behind %s are left out, with a warning', (_, asked, info) => {
    const drawn = Array.from({ length: asked }, () => PNG);
    const { images, warnings } = fromTxt2ImgBody({ images: [...drawn, JPEG, JPEG], info }, asked, TARGET);
    expect(images).toEqual(drawn.map(() => png));
    expect(warnings).toEqual([
      {
        action: 'dropped',
        what: 'additional images (2)',
        why: 'the server sent more images than requested',
      },
    ]);
  });

  test('an answer contains its images without the grid', () => {
    expect(fromTxt2ImgBody({ images: [PNG], parameters: {}, info: '{}' }, 1, TARGET)).toEqual({
      target: TARGET,
      images: [png],
      warnings: [],
      usage: undefined,
    });
    const info = '{"index_of_first_image":1}';
    const batch = fromTxt2ImgBody({ images: [JPEG, PNG, PNG], info }, 2, TARGET);
    expect([batch.images, batch.warnings]).toEqual([[png, png], []]);
    expect(fromTxt2ImgBody({ images: [PNG] }, 2, TARGET).warnings[0]?.what).toBe('1 of 2 images');
  });

  test.each([
    ['no object', 'x', 'protocol'],
    ['no list', {}, 'protocol'],
    ['broken', { images: ['!'] }, 'protocol'],
    ['an error inside 200', { error: 'model is loading' }, 'server'],
    ['a detail inside 200', { detail: 'Not Found' }, 'server'],
  ])('%s fails by kind', (_, body, kind) => {
    expect(failure(() => fromTxt2ImgBody(body, 1, TARGET)).kind).toBe(kind);
  });
});

describe('one image per run', () => {
  const OBJECT: RunQuirks = { input: 'object', size: { multipleOf: 8 }, seed: true, images: 1, mask: true };
  const FORM: RunQuirks = { input: 'form', size: {}, seed: true, images: 4, mask: false };
  const FEW: RunQuirks = { input: 'object', size: false, seed: false, images: 0, mask: false };

  test('an object has the set fields, including a seed of 0', () => {
    expect(toRunCall({ prompt: 'a cat', seed: 0, size: '64x32' }, OBJECT, TARGET)).toEqual({
      input: { prompt: 'a cat', width: 64, height: 32, seed: 0 },
      warnings: [],
    });
    expect(toRunCall({ prompt: 'a cat', images: [png], mask: png }, OBJECT, TARGET).input).toEqual({
      prompt: 'a cat',
      image_b64: PNG,
      mask: [...png.bytes],
    });
  });

  test('a form has files', () => {
    const { input } = toRunCall({ prompt: 'a cat', size: '64x32', images: [png, png] }, FORM, TARGET);
    expect(input).toBeInstanceOf(FormData);
    expect([...(input as FormData).keys()]).toEqual([
      'prompt',
      'width',
      'height',
      'input_image_0',
      'input_image_1',
    ]);
  });

  test('unsupported settings are dropped with a warning, and unsupported images are rejected', () => {
    const { input, warnings } = toRunCall({ prompt: 'a cat', seed: 1, size: '64x32' }, FEW, TARGET);
    expect(input).toEqual({ prompt: 'a cat' });
    expect(warnings.map(({ what }) => what)).toEqual(['size', 'seed']);
    expect(failure(() => toRunCall({ prompt: 'a cat', images: [png] }, FEW, TARGET)).kind).toBe(
      'unsupported',
    );
    expect(failure(() => toRunCall({ prompt: 'a cat', images: [png], mask: png }, FORM, TARGET)).kind).toBe(
      'unsupported',
    );
  });

  test.each([
    ['bytes', () => png.bytes],
    ['a buffer', () => png.bytes.slice().buffer],
    ['a stream', () => new Response(png.bytes.slice()).body],
    ['base64', () => PNG],
    ['an object with base64', () => ({ image: PNG })],
    ['an object with bytes', () => ({ data: png.bytes })],
    ['the envelope of the REST API', () => ({ result: { image: PNG }, success: true })],
  ])('%s becomes the image', async (_, output) => {
    expect(await imageFromRun(output(), location)).toEqual(png);
  });

  test.each([
    ['nothing', undefined],
    ['no data', { image: undefined }],
    ['an empty buffer', new ArrayBuffer(0)],
    ['a number', 3],
  ])('%s is a drifted answer', async (_, output) => {
    await expect(imageFromRun(output, location)).rejects.toMatchObject({ kind: 'protocol' });
  });
});

describe('several images from a wire with one image per call', () => {
  const context = { target: TARGET, signal: new AbortController().signal };
  const drawn = (more: Partial<GeneratedImages> = {}): GeneratedImages => ({
    target: TARGET,
    images: [png],
    warnings: [],
    usage: undefined,
    ...more,
  });
  const tokens = (input: number | undefined, output: number): NonNullable<GeneratedImages['usage']> =>
    usageOf({ input, output });

  test('use the seeds seed, seed + 1, …', async () => {
    const seeds: unknown[] = [];
    const draw = async (seed: number | undefined): Promise<GeneratedImages> => {
      seeds.push(seed);
      return drawn({
        usage: tokens(seed === 0 ? undefined : 2, 10),
        warnings: [{ action: 'dropped', what: 'x', why: 'y' }],
      });
    };
    const { images, usage, warnings } = await generateEach({ n: 3, seed: 0 }, context, draw);
    expect(seeds).toEqual([0, 1, 2]);
    expect(images.length).toBe(3);
    expect(usage).toMatchObject({ input: 4, output: 30, cacheRead: undefined });
    expect(warnings.length).toBe(1);
    await generateEach({ n: 2 }, context, draw);
    await generateEach({}, context, draw);
    expect(seeds.slice(3)).toEqual([undefined, undefined, undefined]);
  });

  test('are an answer with a warning if some fail, and the first failure if all fail', async () => {
    const busy = new LlmError('overloaded', 'lab/paint is busy');
    const some = await generateEach({ n: 4, seed: 0 }, context, async (seed) => {
      if (seed === 1) throw busy;
      return drawn();
    });
    expect(some.images.length).toBe(3);
    expect(some.warnings).toEqual([{ action: 'dropped', what: '1 of 4 images', why: 'lab/paint is busy' }]);
    await expect(generateEach({ n: 2 }, context, () => Promise.reject(busy))).rejects.toBe(busy);
  });

  test.each<[string, LlmError, unknown]>([
    [
      'known if the vendor rejects a call',
      new LlmError('overloaded', 'busy', { status: 503 }),
      { output: 10 },
    ],
    ['unknown if the response of a call is lost', new LlmError('network', 'reset'), undefined],
  ])('have a usage that is %s', async (_, error, expected) => {
    const { usage } = await generateEach({ n: 2, seed: 0 }, context, async (seed) => {
      if (seed === 1) throw error;
      return drawn({ usage: tokens(2, 10) });
    });
    expect(usage).toEqual(expected === undefined ? undefined : expect.objectContaining(expected));
  });

  test('are requested four at a time and returned in the order of their seeds', async () => {
    let running = 0;
    let most = 0;
    const { images } = await generateEach({ n: 30, seed: 0 }, context, async (seed = 0) => {
      most = Math.max(most, ++running);
      for (let turn = 0; turn <= seed % 3; turn++) await Promise.resolve();
      running -= 1;
      return drawn({ images: [{ ...png, mediaType: `image/${seed}` }] });
    });
    expect(most).toBe(4);
    expect(images.map(({ mediaType }) => mediaType)).toEqual(images.map((_, seed) => `image/${seed}`));
    expect(images.length).toBe(30);
  });

  test('stop after the first four failures', async () => {
    let calls = 0;
    const busy = new LlmError('overloaded', 'lab/paint is busy');
    const draw = (): Promise<GeneratedImages> => {
      calls += 1;
      return Promise.reject(busy);
    };
    await expect(generateEach({ n: 3_000 }, context, draw)).rejects.toBe(busy);
    expect(calls).toBeLessThanOrEqual(7);
  });

  test('reject after an abort', async () => {
    const controller = new AbortController();
    const work = generateEach({ n: 2 }, { ...context, signal: controller.signal }, async () => {
      controller.abort(new Error('enough'));
      return drawn();
    });
    await expect(work).rejects.toThrow('enough');
  });
});
