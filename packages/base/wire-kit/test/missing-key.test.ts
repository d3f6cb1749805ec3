import { createMajordomo, user } from '@majordomo/core';
import { failureOf } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { credentialSource } from '../src/credentials.ts';
import { keyedProvider } from './support/keyed-provider.ts';

const provider = keyedProvider(credentialSource(undefined, ['A_KEY']), () => 'not called');

const messageWith = async (env?: object): Promise<string> => {
  const model = createMajordomo({ providers: [provider], env }).model('a/x');
  return (await failureOf(model.generate({ messages: [user('hi')] }))).message;
};

it('reports a missing key, and whether an env was given', async () => {
  expect(await messageWith()).toBe(
    'no key for a/x: createMajordomo was called without env, so A_KEY is not read; pass env: process.env, or apiKey',
  );
  expect(await messageWith({})).toBe('no key for a/x; set A_KEY, or pass apiKey');
});
