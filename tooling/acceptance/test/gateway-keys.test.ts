import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { createAdmin, createCallLog, createKeys, type IssuedKey } from '@majordomo/admin';
import { createMajordomo } from '@majordomo/core';
import { createGateway, type Gateway } from '@majordomo/gateway';
import { createLedger } from '@majordomo/ledger';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import OpenAI from 'openai';
import { expect, it, onTestFinished, vi } from 'vitest';

const BASE = 'http://gateway.test';
const TOKEN = 'correct-horse-battery';
const messages = [{ role: 'user' as const, content: 'hi' }];

/** Opens a gateway with keys and a call log in one file, and another process's view of the keys. */
function open() {
  const folder = mkdtempSync(join(tmpdir(), 'majordomo-keys-'));
  const clock = fakeClock(Date.UTC(2026, 10, 23, 12));
  const [stores, otherStores] = [sqliteStores(join(folder, 'a.db')), sqliteStores(join(folder, 'a.db'))];
  const keys = createKeys({ records: stores.records, clock });
  const calls = createCallLog({ store: stores.calls, content: true, clock });
  const ledger = createLedger({
    store: stores.ledger,
    limitsOf: keys.limitsOf,
    onRecord: calls.onRecord,
    clock,
  });
  const turns = Array.from({ length: 100 }, () => 'yes');
  const provider = fakeProvider({ id: 'a', models: { smart: turns, fast: turns }, clock });
  const majordomo = createMajordomo({ providers: [provider], gates: [ledger.gate], clock });
  const gateway = createGateway({
    majordomo,
    models: { smart: 'a/smart', fast: 'a/fast' },
    authorize: (request) => keys.authorize(request),
    mounts: [createAdmin({ keys, calls, ledger, token: TOKEN })],
    onEvent: calls.onEvent,
    onRequest: calls.onRequest,
  });
  onTestFinished(async () => {
    await Promise.all([calls.close(), ledger.flush()]);
    await Promise.all([stores.close(), otherStores.close()]);
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    clock,
    keys,
    otherKeys: createKeys({ records: otherStores.records, clock }),
    calls,
    ledger,
    gateway,
  };
}

/** Sends a request on each wire, and with each header that carries a key. Returns the results by name. */
function requestsOf(
  gateway: Gateway,
  secret: string,
  model = 'smart',
): Readonly<Record<string, Promise<unknown>>> {
  const fetch = (input: string | URL | Request, init?: RequestInit) =>
    gateway.fetch(new Request(input, init));
  const openai = new OpenAI({ apiKey: secret, baseURL: `${BASE}/v1`, maxRetries: 0, fetch });
  const headers = { 'x-api-key': secret, authorization: null };
  const openaiByHeader = new OpenAI({
    apiKey: 'none',
    baseURL: `${BASE}/v1`,
    maxRetries: 0,
    fetch,
    defaultHeaders: headers,
  });
  const anthropic = (auth: { apiKey: string } | { authToken: string; apiKey: null }) =>
    new Anthropic({ ...auth, baseURL: BASE, maxRetries: 0, fetch });
  const chat = { model, max_tokens: 5, messages };
  return {
    'chat by authorization': openai.chat.completions.create(chat),
    'chat by x-api-key': openaiByHeader.chat.completions.create(chat),
    'responses by authorization': openai.responses.create({ model, input: 'hi' }),
    'responses by x-api-key': openaiByHeader.responses.create({ model, input: 'hi' }),
    'messages by x-api-key': anthropic({ apiKey: secret }).messages.create(chat),
    'messages by authorization': anthropic({ authToken: secret, apiKey: null }).messages.create(chat),
  };
}

interface ClientError {
  readonly status: number;
  readonly error: { readonly error?: { readonly message: string }; readonly message?: string };
}

/** Returns the status of each request; 200 for an answer. */
async function statusesOf(requests: Readonly<Record<string, Promise<unknown>>>) {
  const entries = Object.entries(requests).map(async ([name, request]) => [
    name,
    await request.then(
      () => 200,
      (error: unknown) => (error as ClientError).status,
    ),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Readonly<Record<string, number>>;
}

it('a new key works on each wire and by each header, and every invalid secret gets the same error', async () => {
  const { clock, gateway, keys } = open();
  const { secret } = await keys.create({ name: 'a' });
  const expiring = await keys.create({ name: 'b', expiresAt: new Date(clock.now() + 1000) });
  const [revoked, replaced] = [await keys.create({ name: 'c' }), await keys.create({ name: 'd' })];
  expect(new Set(Object.values(await statusesOf(requestsOf(gateway, secret))))).toEqual(new Set([200]));
  await keys.revoke(revoked.key.id);
  await keys.rotate(replaced.key.id);
  await clock.advance(1000);
  const invalidSecrets = [
    `mj_${'a'.repeat(43)}`,
    'mj_short',
    'sk-other',
    revoked.secret,
    replaced.secret,
    expiring.secret,
  ];
  const errors = new Set<string>();
  for (const each of invalidSecrets)
    for (const [name, request] of Object.entries(requestsOf(gateway, each))) {
      const error = (await request.catch((cause: unknown) => cause)) as ClientError;
      const wire = name.split(' ')[0] ?? '';
      errors.add(`${wire} ${error.status} ${error.error.error?.message ?? error.error.message ?? ''}`);
    }
  expect([...errors].map((text) => text.slice(0, text.indexOf('401') + 3)).toSorted()).toEqual([
    'chat 401',
    'messages 401',
    'responses 401',
  ]);
});

it('a key calls and lists only its models, and an empty list allows none', async () => {
  const { gateway, keys } = open();
  const some = await keys.create({ name: 'a', models: ['smart'] });
  const none = await keys.create({ name: 'b', models: [] });
  const listed = async ({ secret }: IssuedKey) => {
    const headers = { authorization: `Bearer ${secret}` };
    const response = await gateway.fetch(new Request(`${BASE}/v1/models`, { headers }));
    return ((await response.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
  };
  expect([await listed(some), await listed(none)]).toEqual([['smart'], []]);
  const statuses = async ({ secret }: IssuedKey, model: string) =>
    new Set(Object.values(await statusesOf(requestsOf(gateway, secret, model))));
  expect(await statuses(some, 'smart')).toEqual(new Set([200]));
  expect(await statuses(some, 'fast')).toEqual(new Set([404]));
  expect(await statuses(none, 'smart')).toEqual(new Set([404]));
});

it('a key that another process revokes in SQLite is rejected at the next request', async () => {
  const { gateway, keys, otherKeys } = open();
  const { key, secret } = await keys.create({ name: 'a' });
  const status = async () => (await statusesOf(requestsOf(gateway, secret)))['chat by authorization'];
  expect(await status()).toBe(200);
  await otherKeys.revoke(key.id);
  expect(await status()).toBe(401);
});

it('no file, answer, log entry or output of a complete run contains a secret', async () => {
  const output: string[] = [];
  for (const name of ['log', 'warn', 'error', 'info', 'debug'] as const) {
    const spy = vi
      .spyOn(console, name)
      .mockImplementation((...values) => void output.push(values.map(String).join(' ')));
    onTestFinished(() => spy.mockRestore());
  }
  const { calls, folder, gateway, keys, ledger } = open();
  const created = await keys.create({ name: 'a', limits: [{ max: { calls: 8 }, per: 'day' }] });
  const rotated = await keys.rotate(created.key.id, { graceMs: 60_000 });
  const other = await keys.create({ name: 'b', models: ['fast'] });
  const secrets = [created.secret, rotated.secret, other.secret];
  for (const secret of secrets) {
    const results = await Promise.allSettled(Object.values(requestsOf(gateway, secret)));
    for (const result of results)
      output.push(JSON.stringify(result), result.status === 'rejected' ? String(result.reason) : '');
  }
  // A client that sends its secret as a name and as content.
  await Promise.allSettled(Object.values(requestsOf(gateway, rotated.secret, other.secret)));
  await ledger.flush();
  await calls.flush();
  for (const path of ['keys', `keys/${created.key.id}`, 'calls', 'calls/export', 'spend?by=key', 'limits']) {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const response = await gateway.fetch(new Request(`${BASE}/admin/v1/${path}`, { headers }));
    expect([path, response.status]).toEqual([path, 200]);
    output.push(await response.text());
  }
  for (const file of readdirSync(folder)) output.push(readFileSync(join(folder, file), 'latin1'));
  expect(output.some((text) => text.includes(created.key.id))).toBe(true);
  for (const secret of secrets)
    expect(output.filter((text) => text.includes(secret.slice(3, 30)))).toEqual([]);
});
