import { assistant, user } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { beginsWith, isSame } from './equality.ts';

const bytes = new Uint8Array([1, 2]);

describe('two values', () => {
  it.each<[string, unknown, unknown]>([
    ['strings', 'a', 'a'],
    ['nested objects', { a: [{ b: 1 }] }, { a: [{ b: 1 }] }],
    ['objects in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['members that are undefined', { a: 1, b: undefined }, { a: 1 }],
    ['other members that are undefined', { a: 1, b: undefined }, { a: 1, c: undefined }],
    ['bytes', bytes, new Uint8Array([1, 2])],
  ])('are the same: %s', (_, first, second) => {
    expect([isSame(first, second), isSame(second, first)]).toEqual([true, true]);
  });

  it.each<[string, unknown, unknown]>([
    ['other strings', 'a', 'b'],
    ['null and an object', null, {}],
    ['a string and an object', 'a', { 0: 'a' }],
    ['another value', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }],
    ['another name', { a: 1 }, { b: 1 }],
    ['one more member', { a: 1 }, { a: 1, b: 2 }],
    ['a list and an object', ['a'], { 0: 'a' }],
    ['an empty list and an empty object', [], {}],
    ['other bytes', bytes, new Uint8Array([1, 3])],
    ['more bytes', bytes, new Uint8Array([1, 2, 3])],
    ['bytes and a list', bytes, [1, 2]],
    ['bytes and an object', bytes, { 0: 1, 1: 2 }],
  ])('differ: %s', (_, first, second) => {
    expect([isSame(first, second), isSame(second, first)]).toEqual([false, false]);
  });
});

it('a transcript begins with equal messages', () => {
  const messages = [user('a'), assistant('b')];
  expect(beginsWith(messages, [])).toBe(true);
  expect(beginsWith(messages, [user('a')])).toBe(true);
  expect(beginsWith(messages, [user('a'), assistant('b')])).toBe(true);
  expect(beginsWith(messages, [user('b')])).toBe(false);
  expect(beginsWith(messages, [user('a'), assistant('b'), user('c')])).toBe(false);
});
