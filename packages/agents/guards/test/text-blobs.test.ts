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

it('a blob of text that could not be read is read again by the next call', async () => {
  const server = await chatServer(() => ({ pieces: ['ok'] }));
  let reads = 0;
  const arrayBuffer = (): Promise<ArrayBuffer> =>
    ++reads === 1 ? Promise.reject(new Error('busy')) : Promise.resolve(new ArrayBuffer(4));
  const message = user(file(Object.assign(new Blob(['text']), { arrayBuffer }), 'text/plain'));
  const model = guarded(server.model, { input: [words] });
  await failureOf(model.generate({ messages: [message] }));
  expect((await model.generate({ messages: [message] })).text).toBe('ok');
});
