import { file, user } from '@majordomo/core';
import { expect, it } from 'vitest';
import { guarded, type Check } from '../src/index.ts';
import { failureOf } from './support/calls.ts';
import { chatServer } from './support/chat-server.ts';

const words: Check = {
  name: 'words',
  check: ({ text }) => (text.includes('forbidden') ? { deny: 'a word' } : undefined),
};

it('an input check sees the text of a blob, and refuses it before a connection opens', async () => {
  const server = await chatServer(() => ({ pieces: ['never'] }));
  const blob = file(new Blob(['a forbidden text']), 'text/plain', 'a.txt');
  const model = guarded(server.model, { input: [words] });
  const error = await failureOf(model.generate({ messages: [user('hi', blob)] }));
  expect(error).toMatchObject({ kind: 'denied', details: { code: 'words' } });
  expect(server.connections()).toBe(0);
});

it('a blob of text that cannot be read is an invalid request', async () => {
  const server = await chatServer(() => ({ pieces: ['never'] }));
  const blob = Object.assign(new Blob(['text']), { arrayBuffer: () => Promise.reject(new Error('changed')) });
  const model = guarded(server.model, { input: [words] });
  const error = await failureOf(model.generate({ messages: [user(file(blob, 'text/plain'))] }));
  expect(error).toMatchObject({ kind: 'invalid-request' });
});
