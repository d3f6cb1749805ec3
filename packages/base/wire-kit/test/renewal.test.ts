import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as settled } from 'node:timers/promises';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { createMajordomo, type Credential, type Gate, LlmError, type Majordomo, user } from '@majordomo/core';
import { failureOf } from '@majordomo/test-support';
import { credentialSource } from '../src/credentials.ts';
import { keyedProvider } from './support/keyed-provider.ts';

const hi = { messages: [user('hi')] };

/** Vendor that answers asynchronously and accepts good keys only. */
function vendor(
  apiKey: Credential,
  isGood: (key: string) => boolean,
  gates: readonly Gate[] = [],
): Majordomo {
  const source = credentialSource(apiKey, []);
  const provider = keyedProvider(source, async (key) => {
    await settled();
    if (!isGood(key)) throw new LlmError('auth', 'expired', { status: 401, recover: source.renewal(key) });
    return key;
  });
  return createMajordomo({ providers: [provider], gates, random: () => 0 });
}

const slowGate: Gate = { name: 'slow', admit: () => settled().then(() => undefined) };

it.each([
  ['without a gate', []],
  ['with an asynchronous gate', [slowGate]],
])('renews an expired key once for 64 calls %s', async (_name, gates) => {
  let current = 'old';
  const renewals: string[] = [];
  const source: Credential = async ({ rejected }) => {
    if (rejected === undefined) return current;
    renewals.push(rejected);
    await settled();
    return (current = 'new');
  };
  const model = vendor(source, (key) => key === 'new', gates).model('a/x');
  const firstCalls = Array.from({ length: 32 }, () => model.generate(hi));
  await settled();
  const secondCalls = Array.from({ length: 32 }, () => model.generate(hi));
  const answers = await Promise.all([...firstCalls, ...secondCalls]);
  expect(answers.map(({ text }) => text)).toEqual(Array(64).fill('new'));
  expect(renewals).toEqual(['old']);
});

it.each([[undefined], [null], [''], ['  '], [42], [{ token: 'x' }]])(
  'rejects with auth if the key function returns %j, and calls the function again in the next call',
  async (value) => {
    const values: unknown[] = [value, 'old', value, 'old'];
    const source = (({ rejected }) =>
      values.length > 0 ? values.shift() : rejected === 'old' ? 'new' : 'old') as Credential;
    const model = vendor(source, (key) => key === 'new').model('a/x');
    const first = await failureOf(model.generate(hi));
    expect([first.kind, first.message]).toEqual(['auth', expect.stringContaining('no key for a/x')]);
    expect((await failureOf(model.generate(hi))).kind).toBe('auth');
    expect((await model.generate(hi)).text).toBe('new');
  },
);

it.each([
  ['LlmError', (message: string) => new LlmError('auth', message)],
  ['Error', (message: string) => new Error(message)],
])('masks the rejected key in an %s of its renewal', async (_name, errorOf) => {
  const source: Credential = ({ rejected }) => {
    if (rejected === undefined) return 'the first credential';
    throw errorOf(`no replacement for ${rejected}`);
  };
  const error = await failureOf(
    vendor(source, () => false)
      .model('a/x')
      .generate(hi),
  );
  expect(error.message).toContain('no replacement for');
  expect(inspect(error, { depth: 20 })).not.toContain('the first credential');
});

it('renews an expired key after four changes of the request', async () => {
  const source = credentialSource(({ rejected }) => (rejected === undefined ? 'old' : 'new'), []);
  const changes = ['a', 'b', 'c', 'd'].map((id) => ({ id, what: id, apply: <T>(request: T): T => request }));
  const provider = keyedProvider(source, (key) => {
    const recover = changes.shift() ?? (key === 'new' ? undefined : source.renewal(key));
    if (recover !== undefined) throw new LlmError('auth', 'refused', { recover });
    return key;
  });
  const model = createMajordomo({ providers: [provider] }).model('a/x');
  expect((await model.generate(hi)).text).toBe('new');
});

it('calls a tenant’s source only with the tenant’s own key', async () => {
  const tenant = new AsyncLocalStorage<string>();
  const requests: [string, string | undefined][] = [];
  const source: Credential = async ({ rejected }) => {
    const id = tenant.getStore() ?? '';
    requests.push([id, rejected]);
    await settled();
    return rejected === undefined ? `${id}-old` : `${id}-new`;
  };
  const model = vendor(source, (key) => key.endsWith('new'), [slowGate]).model('a/x');
  const tenants = Array.from({ length: 60 }, (_, at) => `t${at % 3}`);
  const answers = await Promise.all(tenants.map((id) => tenant.run(id, () => model.generate(hi))));
  expect(answers.map(({ text }) => text)).toEqual(tenants.map((id) => `${id}-new`));
  expect(requests.filter(([id, rejected]) => rejected !== undefined && rejected !== `${id}-old`)).toEqual([]);
});

it('renews again when the source returns the same stale key', async () => {
  const issued: string[] = [];
  let validKey = '';
  const source: Credential = ({ rejected }) => {
    if (rejected === undefined) return 'stale';
    issued.push((validKey = `new-${issued.length}`));
    return validKey;
  };
  const model = vendor(source, (key) => key === validKey).model('a/x');
  await model.generate(hi);
  validKey = 'none';
  expect((await model.generate(hi)).text).toBe('new-1');
});

it('aborts the source when the last waiting call has been aborted', async () => {
  let signal: AbortSignal | undefined;
  const source: Credential = (context) => {
    if (context.rejected === undefined) return 'old';
    signal = context.signal;
    return new Promise(() => undefined);
  };
  const model = vendor(source, () => false).model('a/x');
  const stops = [new AbortController(), new AbortController()];
  const answers = stops.map((stop) => failureOf(model.generate(hi, { signal: stop.signal })));
  for (let turn = 0; turn < 4; turn++) await settled();
  stops[0]?.abort();
  await settled();
  expect(signal?.aborted).toBe(false);
  stops[1]?.abort();
  await Promise.all(answers);
  expect(signal?.aborted).toBe(true);
});

it('renews again for a call that is rejected while an aborted renewal has not ended', async () => {
  let renewals = 0;
  const source: Credential = ({ rejected }) => {
    if (rejected === undefined) return 'old';
    return ++renewals === 1 ? new Promise(() => undefined) : 'new';
  };
  const model = vendor(source, (key) => key === 'new').model('a/x');
  const stop = new AbortController();
  const aborted = failureOf(model.generate(hi, { signal: stop.signal }));
  await expect.poll(() => renewals).toBe(1);
  stop.abort();
  expect((await aborted).kind).toBe('aborted');
  expect((await model.generate(hi, { timeouts: { totalMs: 1000 } })).text).toBe('new');
});
