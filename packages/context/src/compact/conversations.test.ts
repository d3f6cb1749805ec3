import { user } from '@majordomo/core';
import { expect, it } from 'vitest';
import { Conversations, newRecord } from './conversations.ts';

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
