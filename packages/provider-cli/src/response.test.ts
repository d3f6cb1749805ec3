import { expect, it } from 'vitest';
import { finishReason } from './response.ts';

it.each([
  ['max_tokens', 'length'],
  ['something_new', 'other'],
  ['constructor', 'other'],
  [undefined, 'stop'],
])('the finish word %j is %s', (raw, reason) => {
  expect(finishReason(raw)).toBe(reason);
});
