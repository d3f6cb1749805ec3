import { describe, expect, it } from 'vitest';
import { assistant, file, image, type ImagePart, toolResult, type TurnMessage, user } from '../index.ts';
import type { ImageLimits, MediaFitter } from '../types/provider.ts';
import { fitImages, type FittedMessages, imagesIn } from './media.ts';

const png = (size: number): ImagePart => image(new Uint8Array(size));
const imageResult = (...pictures: ImagePart[]): TurnMessage =>
  toolResult({
    callId: '1',
    name: 't',
    content: ['look', ...pictures].map((it) => (typeof it === 'string' ? { type: 'text', text: it } : it)),
  });
const limits: ImageLimits = { mediaTypes: ['image/png', 'image/jpeg'], maxBytes: 9 };
const scope = { signal: new AbortController().signal };

/** Cuts each image to the limit of bytes. Returns the same object for an image within the limit. */
const cutting: MediaFitter = {
  fit: (part, { maxBytes }) =>
    Promise.resolve(part.bytes.length <= maxBytes ? part : { ...part, bytes: part.bytes.slice(0, maxBytes) }),
};

const fit = (
  messages: readonly TurnMessage[],
  within: ImageLimits | false | undefined,
  fitter?: MediaFitter,
): Promise<FittedMessages> => fitImages(messages, within, fitter, 'a/x', scope);

const SET_MEDIA = "; set createMajordomo's option media to createMediaFitter() of @majordomo/media";

describe('images', () => {
  it('are found in user and tool messages, in order', () => {
    const [a, b, c] = [png(1), png(2), png(3)];
    const messages = [
      user('see', a),
      assistant('ok'),
      imageResult(b, c),
      user(file(new Uint8Array(1), 'x/y')),
    ];
    expect(imagesIn(messages)).toEqual([a, b, c]);
  });

  it.each([
    ['the limits are unknown', [user(png(99))], undefined],
    ['the target accepts no images', [user(png(99))], false],
    ['the request has no images', [user('hi')], { ...limits, maxTotalBytes: 0 }],
    [
      'the images are exactly at the limits',
      [user(png(9), png(3))],
      { ...limits, maxCount: 2, maxTotalBytes: 12 },
    ],
  ] as const)('stay the same objects where %s', async (_, messages, within) => {
    const fitted = await fit(messages, within);
    expect(fitted).toEqual({ messages, warnings: [] });
    expect(fitted.messages).toBe(messages);
    expect((await fit(messages, within, cutting)).messages).toBe(messages);
  });

  it('are fitted in tool results too; other messages stay the same objects', async () => {
    const messages = [user('q', png(1)), assistant('a'), imageResult(png(10)), user(png(11)), user('end')];
    const fitted = (await fit(messages, limits, cutting)).messages;
    expect(fitted).toEqual([messages[0], messages[1], imageResult(png(9)), user(png(9)), messages[4]]);
    expect([1, 4].map((at) => fitted[at] === messages[at])).toEqual([true, true]);
  });

  it.each<[string, TurnMessage[], ImageLimits]>([
    [
      'accepts at most 1 images, the request has 2; send fewer images',
      [user(png(1), png(1))],
      { ...limits, maxCount: 1 },
    ],
    [`accepts images of up to 9 bytes, one has 10${SET_MEDIA}`, [user(png(10))], limits],
    [
      `accepts image/png, image/jpeg, not image/heic${SET_MEDIA}`,
      [user(image(new Uint8Array(1), 'image/heic'))],
      limits,
    ],
    [
      `accepts at most 8 bytes of images in total, not 9${SET_MEDIA}`,
      [user(png(4)), imageResult(png(5))],
      { ...limits, maxTotalBytes: 8 },
    ],
  ])('are rejected without a fitter: a target %s', async (why, messages, within) => {
    await expect(fit(messages, within)).rejects.toMatchObject({
      kind: 'unsupported',
      message: `a/x ${why}`,
      details: { code: 'too-large' },
    });
  });

  it('never exceed the limit of one image', async () => {
    const byteLimits: number[] = [];
    const counting: MediaFitter = {
      fit: (part, { maxBytes }) => {
        byteLimits.push(maxBytes);
        return Promise.resolve(part);
      },
    };
    const within = { ...limits, maxTotalBytes: 31 };
    await expect(fit([user(png(16), png(16))], within, counting)).rejects.toThrow(
      'accepts at most 31 bytes of images in total, not 32',
    );
    expect(byteLimits).toEqual([9, 9, 9, 9]);
  });

  it('have the edge of the last rule that matches their number', async () => {
    const edges: unknown[] = [];
    const edgeFitter: MediaFitter = {
      fit: (part, { maxEdge }) => {
        edges.push(maxEdge);
        return Promise.resolve(part);
      },
    };
    const rules = [
      { whenCountAbove: 1, maxEdge: 200 },
      { whenCountAbove: 2, maxEdge: 100 },
    ];
    for (const count of [1, 2, 3]) {
      await fit(
        [user(...Array.from({ length: count }, () => png(1)))],
        { ...limits, maxEdge: 300, rules },
        edgeFitter,
      );
    }
    expect(edges).toEqual([300, 200, 200, 100, 100, 100]);
  });

  it('are not awaited after an abort', async () => {
    const controller = new AbortController();
    const pendingFitter: MediaFitter = { fit: () => new Promise(() => undefined) };
    const fitting = fitImages([user(png(1))], limits, pendingFitter, 'a/x', controller);
    controller.abort(new Error('enough'));
    await expect(fitting).rejects.toThrow('enough');
  });
});
