import { user } from '@majordomo/core';
import { expect, it } from 'vitest';
import { forbid, guarded } from '../src/index.ts';
import { chatServer } from './support/chat-server.ts';

it('masks and restores a stream', async () => {
  const server = await chatServer(() => ({ pieces: ['Mail to [EMA', 'IL_1', '] now.'] }));
  const model = guarded(server.model, { mask: {}, output: [forbid({ name: 'x', patterns: ['zzz'] })] });
  const stream = model.stream({ messages: [user('Write to max@example.com, or max@example.com')] });
  let text = '';
  const types = [];
  for await (const event of stream) {
    types.push(event.type);
    if (event.type === 'text-delta') text += event.text;
  }
  expect(text).toBe('Mail to max@example.com now.');
  expect(JSON.stringify(server.bodies)).not.toContain('max@');
  expect((await stream.response()).text).toBe(text);
  const complete = await model.generate({ messages: [user('Write to max@example.com')] });
  expect(complete.text).toBe(text);
});

it('refuses', async () => {
  const server = await chatServer(() => ({ pieces: ['This is sec', 'ret text.'] }));
  const model = guarded(server.model, {
    output: [forbid({ name: 'secrets', patterns: ['secret'] })],
    holdBack: { characters: 0 },
  });
  const stream = model.stream({ messages: [user('hi')] });
  let text = '';
  const error = await (async () => {
    for await (const event of stream) if (event.type === 'text-delta') text += event.text;
    return undefined;
  })().catch((thrown: unknown) => thrown);
  expect(text).toBe('This i');
  expect(error).toMatchObject({ kind: 'denied', details: { code: 'secrets', partial: { text: 'This i' } } });
  expect(JSON.stringify(error)).not.toContain('sec r');
});
