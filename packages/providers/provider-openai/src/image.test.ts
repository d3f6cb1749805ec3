import { expect, it } from 'vitest';
import { createOpenAI, openaiCompatible } from './index.ts';

it('gives an image model its image limits and the timeouts of its provider, on both wires', () => {
  for (const api of ['chat', 'responses'] as const) {
    const backend = createOpenAI({ api, timeouts: { completeMs: 5 } }).imageModel?.('gpt-image-x');
    expect(backend).toMatchObject({
      timeouts: { completeMs: 5 },
      images: { mediaTypes: ['image/png', 'image/webp', 'image/jpeg'], maxCount: 16 },
    });
  }
});

it('gives a compatible server only the capabilities of its profile', () => {
  const profile = { id: 'lab', baseURL: 'http://lab/v1', timeouts: { completeMs: 0 } };
  const { images, timeouts } = openaiCompatible(profile).imageModel?.('flux') ?? {};
  expect([images, timeouts]).toEqual([undefined, { completeMs: 0 }]);
});
