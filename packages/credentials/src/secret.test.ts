import { inspect } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import { LlmError } from '@majordomo/core';
import { secret } from './secret.ts';

const held = secret('hunter2-hunter2');

describe('a secret', () => {
  it.each([
    ['inspect', inspect(held, { showHidden: true, depth: Infinity, getters: true })],
    ['inspect without its own words', inspect(held, { customInspect: false, showHidden: true })],
    ['inspect from inside', inspect({ deep: [held] }, { showHidden: true })],
    ['JSON', JSON.stringify({ held })],
    ['a template', `it is ${String(held)}`],
    ['joined', [held].join()],
    ['a structured clone', inspect(structuredClone({ held }))],
    ['its members', JSON.stringify([Object.entries(held), Reflect.ownKeys(held)])],
    ['an error', inspect(new LlmError('auth', `no ${String(held)}`, {}, { cause: held }))],
  ])('is not shown by %s', (_, shown) => {
    expect(shown).not.toContain('hunter2');
  });

  it('is shown by reveal', () => {
    expect(held.reveal()).toBe('hunter2-hunter2');
  });
});

test.each(['', ' ', '\n', undefined as unknown as string])('rejects %j', (value) => {
  expect(() => secret(value)).toThrow(LlmError);
});
