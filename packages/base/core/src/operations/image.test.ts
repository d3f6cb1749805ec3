import { describe, expect, it } from 'vitest';
import type { PreparedCall } from '../call/contract.ts';
import {
  image,
  type ImageBackend,
  type ImagePart,
  type ImageRequest,
  LlmError,
  type MediaFitter,
} from '../index.ts';
import type { Target } from '../resolve/resolve.ts';
import type { ImageResponse } from '../types/operations.ts';
import type { ModelContext } from '../types/provider.ts';
import { NO_CHAT } from '../../test/support/other-models.ts';
import { usageOf } from '../../test/support/usage.ts';
import { type ImageEvent, imageOperation } from './image.ts';

type Drawn = Omit<ImageResponse, 'attempts'>;
type Prepared = PreparedCall<ImageEvent, ImageResponse>;

const cat: ImageRequest = { prompt: 'a cat' };
const scope = { signal: new AbortController().signal };
const usage = usageOf({ input: 1, output: 2 });
const imageOf = (bytes: number): ImagePart => image(new Uint8Array(bytes));
const limits = { mediaTypes: ['image/png'], maxBytes: 4 };
const imageResult: Drawn = {
  target: 'a/m',
  images: [imageOf(1)],
  warnings: [{ action: 'dropped', what: 'n', why: '1 came' }],
  usage,
};
const cutting: MediaFitter = {
  fit: (part, { maxBytes }, _signal, warn) => {
    if (part.bytes.length <= maxBytes) return Promise.resolve(part);
    warn?.({ action: 'coerced', what: 'image', why: `cut to ${maxBytes}` });
    return Promise.resolve({ ...part, bytes: part.bytes.slice(0, maxBytes) });
  },
};

function at(backend: Partial<ImageBackend> | undefined): Target {
  const complete: ImageBackend = { id: 'm', generate: () => Promise.resolve(imageResult), ...backend };
  const imageModel = backend === undefined ? undefined : (): ImageBackend => complete;
  return { key: 'a/m', provider: { ...NO_CHAT, id: 'a', ...(imageModel && { imageModel }) }, modelId: 'm' };
}

const prepare = async (
  request: Partial<ImageRequest> = {},
  backend: Partial<ImageBackend> | undefined = {},
  media?: MediaFitter,
): Promise<Prepared> => imageOperation({ ...cat, ...request }, media).prepare(at(backend), scope);

describe('an image request', () => {
  it.each<Partial<ImageRequest>>([{}, { n: 1, size: '1x10' }, { images: [imageOf(1)], mask: imageOf(1) }])(
    'is valid: %j',
    (request) => {
      expect(() => {
        imageOperation({ ...cat, ...request }, undefined).validate();
      }).not.toThrow();
    },
  );

  it('is the payload for gates', async () => {
    const timeouts = { completeMs: 5 };
    expect(imageOperation(cat, undefined).type).toBe('image');
    expect(await prepare({}, { images: limits, timeouts })).toMatchObject({
      request: { system: undefined, messages: [], tools: [], output: undefined, extra: {} },
      payload: cat,
      capabilities: { images: limits },
      timeouts,
      isNonStreaming: true,
    });
  });
});

/** Returns the request that the target receives. */
const sentBy = ({ payload }: { readonly payload?: object | undefined }): ImageRequest | undefined =>
  payload as ImageRequest | undefined;

describe('an image target', () => {
  it('is skipped if it does not generate images', async () => {
    const preparedCall = imageOperation(cat, undefined).prepare(at(undefined), scope);
    await expect(preparedCall).rejects.toMatchObject({
      kind: 'unsupported',
      message: 'a/m does not generate images',
    });
  });

  it('is skipped if it does not accept input images and the request has some', async () => {
    await expect(prepare({ images: [imageOf(1)] }, { images: false })).rejects.toMatchObject({
      kind: 'unsupported',
      message: 'a/m does not accept input images',
    });
    expect(sentBy(await prepare({ images: [] }, { images: false }))?.images).toEqual([]);
    expect(sentBy(await prepare({}, { images: false }))?.images).toBeUndefined();
  });

  it('receives fitted images up to its maximum count', async () => {
    const images = [imageOf(9), imageOf(3)];
    const prepared = await prepare({ images }, { images: { ...limits, maxCount: 2 } }, cutting);
    expect(sentBy(prepared)?.images?.map(({ bytes }) => bytes.length)).toEqual([4, 3]);
    const fewer = prepare({ images }, { images: { ...limits, maxCount: 1 } }, cutting);
    await expect(fewer).rejects.toThrow('accepts at most 1 images, the request has 2');
  });

  it('receives unchanged images if its limits are unknown', async () => {
    const images = [imageOf(99)];
    expect(sentBy(await prepare({ images, mask: imageOf(99) }))?.images?.[0]).toBe(images[0]);
  });

  it.each<[string, number, number, boolean]>([
    ['both fit', 4, 4, true],
    ['the image does not fit', 5, 4, false],
    ['the mask does not fit', 4, 5, false],
  ])('receives image and mask unchanged or is skipped: %s', async (_, bytes, mask, isTaken) => {
    const request = { images: [imageOf(bytes), imageOf(9)], mask: imageOf(mask) };
    const preparing = prepare(request, { images: { ...limits, maxCount: 2 } }, cutting);
    if (isTaken) expect(sentBy(await preparing)?.mask).toBe(request.mask);
    else
      await expect(preparing).rejects.toMatchObject({
        kind: 'unsupported',
        message:
          'a/m does not accept this image and mask, which are not resized or converted; send images within its limits',
        details: { path: 'mask', code: 'too-large' },
      });
  });
});

describe('an image response', () => {
  it('has the warnings of the request before those of the vendor', async () => {
    const prepared = await prepare({ images: [imageOf(9)] }, { images: limits }, cutting);
    const recovered = prepared.withRecovery({ id: 'r', what: 'key', apply: (it) => it }, 'a/m reported auth');
    const steps = recovered.open({ target: 'a/m' } as ModelContext);
    const { value } = await steps.next();
    const answer = recovered.newAnswer();
    expect([
      value,
      (await steps.next()).done,
      answer.push(imageResult),
      answer.opening([imageResult]),
    ]).toEqual([imageResult, true, 'finish', [imageResult]]);
    expect([answer.fault(), answer.partial(), answer.usage]).toMatchObject([undefined, undefined, usage]);
    expect(answer.result({ spec: 's', attempts: [] })).toEqual({
      ...imageResult,
      usage: { ...usage, details: { units: { image: 1 } } },
      warnings: [
        { action: 'coerced', what: 'image', why: 'cut to 4' },
        { action: 'repaired', what: 'key', why: 'a/m reported auth' },
        ...imageResult.warnings,
      ],
      attempts: [],
    });
  });

  it('is empty without images', async () => {
    const answer = (await prepare()).newAnswer();
    answer.push({ ...imageResult, images: [] });
    const fault = answer.fault();
    expect(LlmError.is(fault, 'empty')).toBe(true);
    expect(fault).toMatchObject({ message: 'a/m returned no image' });
  });

  it('is a protocol error if it is missing', async () => {
    const answer = (await prepare()).newAnswer();
    expect(answer.fault()).toMatchObject({ kind: 'protocol', message: 'a/m returned no response' });
  });
});
