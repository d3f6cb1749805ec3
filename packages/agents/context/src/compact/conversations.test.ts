import { assistant, user } from '@majordomo/core';
import { expect, it } from 'vitest';
import { Conversations, newRecord, viewOf } from './conversations.ts';

it('stores 64 conversations, and removes the one that was not used for the longest time', () => {
  const conversations = new Conversations();
  const messagesOf = (at: number) => [user(`conversation ${at}`)];
  for (let at = 0; at < 64; at++) conversations.store(newRecord(messagesOf(at)));
  const first = conversations.find(messagesOf(0));
  expect(first?.prefix).toEqual(messagesOf(0));
  conversations.store(newRecord(messagesOf(64)));
  const found = [0, 1, 2, 64].map((at) => conversations.find(messagesOf(at)) !== undefined);
  expect(found).toEqual([true, false, true, true]);
});

const [a, b, c, d, S] = [user('a'), assistant('b'), user('c'), assistant('d'), user('S')];
const record = { ...newRecord([a, b]), replacement: [a, S] };

it('a new record replaces nothing', () => {
  expect(newRecord([a])).toEqual({
    prefix: [a],
    replacement: [a],
    from: 0,
    compactions: 0,
    ineffective: 0,
    restsUntil: -Infinity,
  });
});

it('finds the record of the longest prefix, and the newest of this length', () => {
  const conversations = new Conversations();
  const longer = { ...newRecord([a, b, c]), replacement: [] };
  const newest = newRecord([a, b]);
  for (const one of [record, longer, newest]) conversations.store(one);
  expect(conversations.find([a, b, c, d])).toBe(longer);
  expect(conversations.find([a, b, d])).toBe(newest);
  expect(conversations.find([a, S, d])).toBe(record);
  expect(conversations.find([a])).toBeUndefined();
  conversations.clear();
  expect(conversations.find([a, b, c, d])).toBeUndefined();
});

it('replaces the prefix, but not in messages that begin with the replacement', () => {
  const messages = [a, b, c];
  expect(viewOf(messages, undefined)).toBe(messages);
  expect(viewOf(messages, record)).toEqual([a, S, c]);
  expect(viewOf(messages, { ...record, replacement: [] })).toEqual([c]);
  expect(viewOf([S, c], { ...record, replacement: [S] })).toEqual([S, c]);
  const sent = [a, S, d];
  expect(viewOf(sent, record)).toBe(sent);
});
