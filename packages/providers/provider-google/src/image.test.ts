import { expect, it } from 'vitest';
import { createGoogle } from './index.ts';

it.each([
  ['gemini-2.5-flash-image', { maxCount: 3 }],
  ['gemini-3-pro-image-preview', { maxCount: 14 }],
  ['imagined', undefined],
])('%s accepts the documented images and has the timeouts of its provider', (id, images) => {
  const backend = createGoogle({ timeouts: { completeMs: 5 } }).imageModel?.(id);
  expect(backend?.timeouts).toEqual({ completeMs: 5 });
  if (images === undefined) expect(backend?.images).toBeUndefined();
  else expect(backend?.images).toMatchObject(images);
});
