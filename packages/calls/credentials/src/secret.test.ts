import { inspect } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import { LlmError } from '@majordomo/core';
import { secret } from './secret.ts';

const password = secret('hunter2-hunter2');

describe('a secret', () => {
  it.each([
    ['inspect', inspect(password, { showHidden: true, depth: Infinity, getters: true })],
    ['inspect without customInspect', inspect(password, { customInspect: false, showHidden: true })],
    ['inspect from inside', inspect({ deep: [password] }, { showHidden: true })],
    ['JSON', JSON.stringify({ password })],
    ['a template', `it is ${String(password)}`],
    ['joined', [password].join()],
    ['a structured clone', inspect(structuredClone({ password }))],
    ['its members', JSON.stringify([Object.entries(password), Reflect.ownKeys(password)])],
    ['an error', inspect(new LlmError('auth', `no ${String(password)}`, {}, { cause: password }))],
  ])('is not visible in %s', (_, output) => {
    expect(output).not.toContain('hunter2');
  });

  it('is returned by reveal', () => {
    expect(password.reveal()).toBe('hunter2-hunter2');
  });
});

test.each(['', ' ', '\n', undefined as unknown as string])('rejects %j', (value) => {
  expect(() => secret(value)).toThrow(
    expect.objectContaining({
      kind: 'config',
      details: expect.objectContaining({ path: 'value' }) as object,
    }),
  );
});
