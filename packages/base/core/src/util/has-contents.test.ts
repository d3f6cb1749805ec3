import { assistant, file, image, toolResult, user } from '../index.ts';
import { expect, it } from 'vitest';
import { hasContents } from './content.ts';

const png = image(new Uint8Array(1));
const result = { callId: '1', name: 't' };

it.each([
  [user('see'), false],
  [assistant('ok'), false],
  [toolResult({ ...result, content: 'ok' }), false],
  [user('see', png), true],
  [user(file(new Uint8Array(1), 'x/y')), true],
  [toolResult({ ...result, content: [png] }), true],
])('finds the bytes of message %#', (message, expected) => {
  expect(hasContents(message)).toBe(expected);
});
