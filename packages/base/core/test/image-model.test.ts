import { describe, expect, it } from 'vitest';
import {
  createMajordomo,
  image,
  LlmError,
  type Attempt,
  type CallOptions,
  type ImageBackend,
  type ImageLimits,
  type ImageModel,
  type ImagePart,
  type ImageRequest,
  type MediaFitter,
  type Majordomo,
  type MajordomoOptions,
  type Provider,
  type Recovery,
  type Usage,
} from '../src/index.ts';
import { NO_CHAT } from './support/other-models.ts';
import { usageOf } from './support/usage.ts';

const cat: ImageRequest = { prompt: 'a cat', size: '512x768', n: 2, seed: 0 };

const recover: Recovery = { id: 'r', what: 'key', apply: (request) => request };

/** Provider that returns as many one-byte images as a number specifies, and throws an error of the kind in a string. */
function painter(
  id: string,
  script: (number | 'overloaded' | 'auth')[],
  requests: ImageRequest[] = [],
  facts: Pick<ImageBackend, 'images' | 'timeouts'> = {},
  usage?: Usage,
): Provider {
  const backend: ImageBackend = {
    ...facts,
    id: 'm',
    generate(request, { target }) {
      requests.push(request);
      const turn = script.shift() ?? 1;
      if (typeof turn === 'string')
        return Promise.reject(
          new LlmError(turn, `${target} reported ${turn}`, { target, ...(turn === 'auth' && { recover }) }),
        );
      const images = Array.from({ length: turn }, () => image(new Uint8Array([137])));
      const warnings =
        turn === request.n ? [] : [{ action: 'dropped' as const, what: 'n', why: `${turn} came` }];
      return Promise.resolve({ target, images, warnings, usage });
    },
  };
  return {
    ...NO_CHAT,
    id,
    imageModel: () => backend,
  };
}

const imageOf = (bytes: number, mediaType = 'image/png'): ImagePart =>
  image(new Uint8Array(bytes), mediaType);
const noBytes = { ...imageOf(1), bytes: 'AAAA' as unknown as Uint8Array };
const takes = (maxBytes: number, maxCount?: number): ImageLimits => ({
  mediaTypes: ['image/png'],
  maxBytes,
  maxCount,
});
/** Fitter that cuts images to the limit, with a warning. */
const media: MediaFitter = {
  fit: (part, { maxBytes }, _signal, warn) => {
    if (part.bytes.length <= maxBytes) return Promise.resolve(part);
    warn?.({ action: 'coerced', what: 'image', why: `cut to ${maxBytes}` });
    return Promise.resolve({ ...part, bytes: part.bytes.slice(0, maxBytes) });
  },
};

const make = (providers: readonly Provider[], options: Partial<MajordomoOptions> = {}): Majordomo =>
  createMajordomo({ providers, random: () => 0, ...options });
const modelOf = (providers: readonly Provider[], options?: Partial<MajordomoOptions>): ImageModel =>
  make(providers, options).imageModel(providers.map(({ id }) => `${id}/m`).join(','));

describe('an image model', () => {
  it.each<readonly [what: string, request: ImageRequest, reported: Usage | undefined, usage: unknown]>([
    [
      'by size',
      cat,
      undefined,
      { input: undefined, output: undefined, details: { units: { 'image:512x768': 2 } } },
    ],
    [
      'of any size',
      { prompt: 'a cat' },
      undefined,
      { input: undefined, output: undefined, details: { units: { image: 2 } } },
    ],
    [
      'in addition to the tokens of the vendor',
      cat,
      usageOf({ input: 9, output: 90, details: { outputImage: 90 } }),
      { input: 9, output: 90, details: { outputImage: 90, units: { 'image:512x768': 2 } } },
    ],
    [
      'by the units that the provider reports',
      cat,
      usageOf({ input: 0, output: 0, details: { units: { megapixel: 1 } } }),
      { details: { units: { megapixel: 1 } } },
    ],
  ])('reports the billing units of its images: %s', async (_what, request, reported, usage) => {
    const settled: unknown[] = [];
    const gates = [
      { name: 'book', admit: () => ({ settle: (end: Attempt) => void settled.push(end.usage) }) },
    ];
    const response = await modelOf([painter('a', [2], [], {}, reported)], { gates }).generate(request);
    expect(response.usage).toMatchObject(usage as object);
    expect(settled).toEqual([response.usage]);
  });

  it('returns chat image parts and passes the request unchanged, including seed 0', async () => {
    const requests: ImageRequest[] = [];
    const {
      attempts,
      usage: _usage,
      ...response
    } = await modelOf([painter('a', [2], requests)]).generate(cat);
    const part = image(new Uint8Array([137]));
    expect(response).toEqual({ target: 'a/m', images: [part, part], warnings: [] });
    expect([attempts.map(({ outcome }) => outcome), requests]).toEqual([['finished'], [cat]]);
  });

  it('fails over, benches and emits events like chat', async () => {
    const events: string[] = [];
    const majordomo = make([painter('a', ['overloaded', 'overloaded']), painter('b', [2])], {
      aliases: { pictures: 'a/m,b/m' },
      onEvent: ({ type }) => events.push(type),
    });
    const { target } = await majordomo.imageModel('pictures').generate(cat);
    expect(target).toBe('b/m');
    expect(majordomo.health.snapshot()['a/m']?.state).toBe('benched');
    expect(events.at(-1)).toBe('call-end');
  });

  it('returns fewer images than requested with a warning', async () => {
    const { images, warnings } = await modelOf([painter('a', [1])]).generate(cat);
    expect([images.length, warnings]).toEqual([1, [{ action: 'dropped', what: 'n', why: '1 came' }]]);
  });

  it('treats a response without images as empty', async () => {
    const { target, attempts } = await modelOf([painter('a', [0]), painter('b', [2])]).generate(cat);
    expect([target, attempts[0]?.error]).toMatchObject([
      'b/m',
      { kind: 'empty', message: 'a/m returned no image' },
    ]);
    // Without a count of the vendor, the usage is unknown and not 0 images, because the vendor may bill the response.
    expect(attempts[0]?.usage).toBeUndefined();
  });

  it('skips targets without image generation, and passes the payload to gates', async () => {
    const { imageModel: _none, ...chatOnly } = painter('a', []);
    const calls: unknown[] = [];
    const majordomo = make([chatOnly, painter('b', [2], [], { images: takes(4) })], {
      gates: [
        {
          name: 'spy',
          admit: ({ call, operation, payload, request, capabilities }) => {
            const prompt = payload && 'prompt' in payload ? payload.prompt : undefined;
            calls.push([call.operation, operation, prompt, request, capabilities]);
            return undefined;
          },
        },
      ],
    });
    const { target, attempts } = await majordomo.imageModel('a/m,b/m').generate(cat);
    expect([target, attempts[0]?.error?.message]).toEqual(['b/m', 'a/m does not generate images']);
    const request = { system: undefined, messages: [], tools: [], output: undefined, extra: {} };
    expect(calls).toEqual([['image', 'image', 'a cat', request, { images: takes(4) }]]);
  });

  it('adapts the original input images to each target, with warnings', async () => {
    const [small, large, unknown]: ImageRequest[][] = [[], [], []];
    const originals = [imageOf(9), imageOf(3)];
    const providers = [
      painter('none', [], [], { images: false }),
      painter('one', [], [], { images: takes(9, 1) }),
      painter('small', ['overloaded'], small, { images: takes(4) }),
      painter('large', ['overloaded'], large, { images: takes(6) }),
      painter('unknown', [2], unknown),
    ];
    const majordomo = make(providers, { media, chain: { attempts: 1 } });
    const spec = 'none/m,one/m,small/m,large/m,unknown/m';
    const { attempts, warnings } = await majordomo.imageModel(spec).generate({ ...cat, images: originals });
    const sizes = (requests: ImageRequest[] = []): unknown =>
      requests.map(({ images = [] }) => images.map(({ bytes }) => bytes.length));
    expect([sizes(small), sizes(large), sizes(unknown)]).toEqual([[[4, 3]], [[6, 3]], [[9, 3]]]);
    expect(unknown?.[0]?.images?.[0]).toBe(originals[0]);
    expect(attempts.map(({ outcome }) => outcome)).toEqual([
      'skipped',
      'skipped',
      'failed',
      'failed',
      'finished',
    ]);
    expect(warnings).toEqual([]);
    const singleTarget = make([painter('small', ['auth', 1], [], { images: takes(4) })], { media });
    expect(
      (await singleTarget.imageModel('small/m').generate({ ...cat, images: originals })).warnings,
    ).toEqual([
      { action: 'coerced', what: 'image 1', why: 'cut to 4' },
      { action: 'repaired', what: 'key', why: 'small/m reported auth' },
      { action: 'dropped', what: 'n', why: '1 came' },
    ]);
  });

  it('calls a target without input images if the request has none', async () => {
    const requests: ImageRequest[] = [];
    const model = modelOf([painter('a', [], requests, { images: false })]);
    for (const images of [[], undefined]) await model.generate({ ...cat, images });
    expect(requests.map(({ images }) => images)).toEqual([[], undefined]);
    await expect(model.generate({ ...cat, images: [imageOf(1)] })).rejects.toMatchObject({
      kind: 'unsupported',
      message: 'a/m does not accept input images',
    });
  });

  it.each<[string, number, number, boolean]>([
    ['both fit', 4, 4, true],
    ['the image does not fit', 5, 4, false],
    ['the mask does not fit', 4, 5, false],
  ])('sends image and mask unchanged or skips the target: %s', async (_, bytes, maskBytes, isSent) => {
    const requests: ImageRequest[] = [];
    const model = modelOf([painter('a', [2], requests, { images: takes(4, 2) })], { media });
    const mask = imageOf(maskBytes);
    const drawing = model.generate({ ...cat, images: [imageOf(bytes), imageOf(9)], mask });
    if (isSent) await drawing;
    else
      await expect(drawing).rejects.toMatchObject({
        kind: 'unsupported',
        message:
          'a/m does not accept this image and mask, which are not resized or converted; send images within its limits',
        details: { path: 'mask', code: 'too-large' },
      });
    expect(requests.map((request) => request.mask === mask)).toEqual(isSent ? [true] : []);
  });

  it('has its own timeouts, which the caller overrides', async () => {
    const stuck: Provider = {
      ...painter('stuck', []),
      imageModel: () => ({
        id: 'm',
        timeouts: { completeMs: 20 },
        generate: () => new Promise(() => undefined),
      }),
    };
    const generateImage = (options: CallOptions): Promise<unknown> =>
      modelOf([stuck]).generate(cat, { attempts: 1, ...options });
    await expect(generateImage({})).rejects.toThrow(/within 20 ms/);
    await expect(generateImage({ timeouts: { completeMs: 5 } })).rejects.toThrow(/within 5 ms/);
    await expect(generateImage({ timeouts: { totalMs: 5 } })).rejects.toMatchObject({
      details: { phase: 'total' },
    });
  });

  it.each<[string, ImageRequest]>([
    ['prompt must not be empty', { prompt: ' \n' }],
    ['prompt is missing; it must be a string', {} as ImageRequest],
    ['the request must be an object', undefined as never],
    ['sizes is not a member of a request; did you mean "size"?', { ...cat, sizes: '1x1' } as ImageRequest],
    ['images must be an array, not an object', { ...cat, images: imageOf(1) as never }],
    ['n must be an integer of 1 or more, not 0', { ...cat, n: 0 }],
    ['n must be an integer of 1 or more, not 1.5', { ...cat, n: 1.5 }],
    ['size must be like 512x768', { ...cat, size: '0x0' }],
    ['size must be like 512x768', { ...cat, size: 'axb' as '1x1' }],
    ['size must be like 512x768', { ...cat, size: '512' as '1x1' }],
    ['size must be like 512x768', { ...cat, size: '012x5' }],
    ['size must be like 512x768', { ...cat, size: '5x12 ' }],
    ['mask requires an input image', { ...cat, mask: imageOf(1) }],
    ['mask requires an input image', { ...cat, images: [], mask: imageOf(1) }],
    ['mask.bytes must be a Uint8Array, not a string', { ...cat, images: [imageOf(1)], mask: noBytes }],
    ['images[1].bytes must be a Uint8Array, not a string', { ...cat, images: [imageOf(1), noBytes] }],
  ])('rejects before any request: %s', async (message, request) => {
    const requests: ImageRequest[] = [];
    const answer = modelOf([painter('a', [1], requests)]).generate(request);
    const path = /^the request|^\S+/.exec(message)?.[0];
    await expect(answer).rejects.toMatchObject({ kind: 'invalid-request', message, details: { path } });
    expect(requests).toEqual([]);
  });
});
