import { expect, it } from 'vitest';
import { createOpenAI, openaiCompatible } from './index.ts';

it('an image model says what it takes to edit and has the timeouts of its provider, on both wires', () => {
  for (const api of ['chat', 'responses'] as const) {
    const backend = createOpenAI({ api, timeouts: { completeMs: 5 } }).imageModel?.('gpt-image-x');
    expect(backend).toMatchObject({
      timeouts: { completeMs: 5 },
      images: { mediaTypes: ['image/png', 'image/webp', 'image/jpeg'], maxCount: 16 },
    });
  }
});

it('of a compatible server nothing is claimed but what its profile says', () => {
  const profile = { id: 'lab', baseURL: 'http://lab/v1', timeouts: { completeMs: 0 } };
  const { images, timeouts } = openaiCompatible(profile).imageModel?.('flux') ?? {};
  expect([images, timeouts]).toEqual([undefined, { completeMs: 0 }]);
});
