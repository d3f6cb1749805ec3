import { expect, it } from 'vitest';
import { finishReason } from './response.ts';

it.each([
  ['max_tokens', 'length'],
  ['something_new', 'other'],
  ['constructor', 'other'],
  [undefined, 'stop'],
])('reads the finish reason %j as %s', (raw, reason) => {
  expect(finishReason(raw)).toBe(reason);
});
