import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openaiChat, startWireServer, type WireServer } from '@majordomo/conformance';
import { expect, it, onTestFinished } from 'vitest';
import { folder, start, type Running } from './built.ts';
import { lab } from './world.ts';

const TOKEN = 't0ken-of-the-admin-0123456789';
const NANO_USD = { input: 1000, output: 2000 };
const rates = { input: 1_000_000, output: 2_000_000 };
const prices = [{ from: '2020-01-01', rates, sources: ['contract'], trust: 'override' }];
const CONFIG = {
  aliases: { smart: 'lab/mine', other: 'lab/mine' },
  ledger: { prices: [{ vendor: 'acme', id: 'mine', maxOutputTokens: 1000, prices }] },
};

/** Entry of the exported call log, with the members that the test compares. */
interface Entry {
  readonly id: string;
  readonly tenant?: string;
  readonly key?: string;
  readonly model?: string;
  readonly outcome: string;
  readonly status?: number;
  readonly nanoUsd?: string;
}

/** Request of the test, with the response that its client received and the cost of the vendor's usage. */
interface SentRequest {
  readonly name: string;
  readonly model: string;
  readonly status: number;
  readonly nanoUsd: number;
}

/** Returns a function for seeded integers from `min` to `max`. */
function random(seed: number): (min: number, max: number) => number {
  let state = seed;
  return (min, max) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return min + ((state >>> 8) % (max - min + 1));
  };
}

/** Running gateway with the database of a folder, and everything that it printed or answered. */
class GatewayFixture {
  readonly output: string[] = [];
  readonly cwd: string = folder({ 'majordomo.config.json': JSON.stringify(CONFIG) });
  private readonly env: Readonly<Record<string, string>>;
  private running: Running | undefined;
  url = '';

  constructor(vendor: WireServer) {
    const dsn = `${lab(vendor)['LLM_LAB'] ?? ''}?vendor=acme`;
    this.env = { ...lab(vendor), LLM_LAB: dsn, MAJORDOMO_ADMIN_TOKEN: TOKEN };
  }

  async start(): Promise<void> {
    this.running = start(['serve', '--keys', '--port', '0'], { cwd: this.cwd, env: this.env });
    this.url = await this.running.outputMatching(/Serving .* at (\S+)/);
  }

  /** Kills the gateway, so that it cannot write anything. */
  async kill(): Promise<void> {
    this.running?.child.kill('SIGKILL');
    await this.running?.exitCode;
    this.output.push(this.running?.out() ?? '', this.running?.err() ?? '');
  }

  async api(path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.url}/admin/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    expect(response.ok, path).toBe(true);
    return response.json();
  }

  /** Creates a key through the API, which returns its secret. */
  async create(body: object): Promise<{ readonly id: string; readonly secret: string }> {
    const { key, secret } = (await this.api('/keys', body)) as { key: { id: string }; secret: string };
    return { id: key.id, secret };
  }

  async send(secret: string, model = 'smart'): Promise<number> {
    const response = await fetch(`${this.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify({ model, max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] }),
    });
    this.output.push(await response.text(), JSON.stringify([...response.headers]));
    return response.status;
  }

  async entries(): Promise<readonly Entry[]> {
    const response = await fetch(`${this.url}/admin/v1/calls/export?format=jsonl`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    const text = await response.text();
    this.output.push(text);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Entry);
  }

  /** Returns the spending of each value of a dimension, in nano-USD. */
  async spending(by: string): Promise<Readonly<Record<string, number>>> {
    const { rows } = (await this.api(`/spend?by=${by}`)) as {
      readonly rows: readonly { readonly key: Readonly<Record<string, string>>; readonly usd: string }[];
    };
    return Object.fromEntries(rows.map(({ key, usd }) => [key[by] ?? '', Math.round(Number(usd) * 1e9)]));
  }
}

const countsOf = (values: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const value of values.toSorted()) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

it('a run with several keys has exact costs and access, survives SIGKILL, and stores no secret', async () => {
  const next = random(51);
  const costs: number[] = [];
  const vendor = await startWireServer({
    wire: openaiChat,
    script: () => {
      const usage = { input: next(100, 900), output: next(10, 90) };
      costs.push(usage.input * NANO_USD.input + usage.output * NANO_USD.output);
      return { parts: [{ type: 'text', text: 'Hello.' }], usage };
    },
  });
  onTestFinished(() => vendor.close());
  const world = new GatewayFixture(vendor);
  await world.start();
  const limited = { max: { usd: '0.005' }, per: 'month' };
  const keys = {
    money: await world.create({ name: 'money', tenant: 'red', limits: [limited] }),
    calls: await world.create({
      name: 'calls',
      tenant: 'blue',
      limits: [{ max: { calls: 5 }, per: 'month' }],
    }),
    model: await world.create({ name: 'model', tenant: 'blue', models: ['other'] }),
    free: await world.create({ name: 'free', tenant: 'green' }),
    revoked: await world.create({ name: 'revoked', tenant: 'green' }),
    rotated: await world.create({ name: 'rotated', tenant: 'green' }),
  };
  await world.api(`/keys/${keys.revoked.id}/revoke`, {});
  const { secret: second } = (await world.api(`/keys/${keys.rotated.id}/rotate`, {})) as { secret: string };
  const secrets = [...Object.values(keys).map(({ secret }) => secret), second];

  const sent: SentRequest[] = [];
  const names = Object.keys(keys) as (keyof typeof keys)[];
  for (let n = 0; n < 60; n++) {
    const name = names[next(0, names.length - 1)] ?? 'free';
    const model = next(0, 2) === 0 ? 'other' : 'smart';
    const before = costs.length;
    const status = await world.send(keys[name].secret, model);
    sent.push({ name, model, status, nanoUsd: sum(costs.slice(before)) });
  }
  expect(await world.send(second)).toBe(200);
  sent.push({ name: 'rotated', model: 'smart', status: 200, nanoUsd: costs.at(-1) ?? 0 });

  // Access: each response depends only on the key, and no rejected request reached the vendor.
  const of = (name: string): readonly SentRequest[] => sent.filter((request) => request.name === name);
  const callStatuses = of('calls').map(({ status }) => status);
  expect(callStatuses).toEqual(callStatuses.map((_, n) => (n < 5 ? 200 : 429)));
  expect(of('model').every(({ model, status }) => status === (model === 'other' ? 200 : 404))).toBe(true);
  expect(of('free').every(({ status }) => status === 200)).toBe(true);
  expect(of('revoked').every(({ status }) => status === 401)).toBe(true);
  expect(countsOf(of('rotated').map(({ status }) => `${status}`))).toMatchObject({
    200: 1,
    401: expect.any(Number),
  });
  const money = of('money').map(({ status }) => status);
  expect(money.lastIndexOf(200)).toBeLessThan(money.indexOf(402));
  const answered = sent.filter(({ status }) => status === 200);
  expect(vendor.requests).toHaveLength(answered.length);
  for (const { status, nanoUsd } of sent) expect(nanoUsd > 0).toBe(status === 200);

  // Money: the ledger and the log have the sums of the vendor's usage.
  const idOf = new Map(Object.entries(keys).map(([name, { id }]) => [name, id]));
  const owed = Object.fromEntries(
    names.map((name) => [idOf.get(name) ?? '', sum(of(name).map(({ nanoUsd }) => nanoUsd))]),
  );
  const spent = Object.fromEntries(Object.entries(owed).filter(([, nanoUsd]) => nanoUsd > 0));
  await expect.poll(() => world.spending('key'), { timeout: 20_000 }).toEqual(spent);
  // The vendor reports more tokens than a message of two letters has, so the last call may exceed the limit, but no call follows it.
  const last = of('money').findLast(({ status }) => status === 200)?.nanoUsd ?? 0;
  expect((owed[keys.money.id] ?? 0) - last).toBeLessThanOrEqual(5_000_000);
  await expect.poll(async () => (await world.entries()).length, { timeout: 20_000 }).toBe(sent.length);

  await world.kill();
  await world.start();
  const entries = await world.entries();
  expect(entries).toHaveLength(sent.length);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(sent.length);
  expect(await world.spending('key')).toEqual(spent);
  for (const [name, id] of idOf) {
    const logged = entries.filter(({ key }) => key === id);
    expect([name, sum(logged.map(({ nanoUsd }) => Number(nanoUsd ?? 0)))]).toEqual([name, owed[id]]);
    // An unknown or revoked secret is logged without a key.
    const authenticated = of(name).filter(({ status }) => status !== 401);
    expect([name, countsOf(logged.map(({ status }) => `${status}`))]).toEqual([
      name,
      countsOf(authenticated.map(({ status }) => `${status}`)),
    ]);
  }
  expect(entries.filter(({ status }) => status === 401)).toHaveLength(
    sent.filter(({ status }) => status === 401).length,
  );

  // Filters: a random query returns what a filter over all entries returns.
  const dimensions = ['tenant', 'key', 'model', 'outcome'] as const;
  for (let n = 0; n < 25; n++) {
    const entry = entries[next(0, entries.length - 1)];
    const query = dimensions.flatMap((name) => {
      const value = entry?.[name];
      return next(0, 1) === 0 || value === undefined ? [] : [[name, value] as const];
    });
    const { calls } = (await world.api(
      `/calls?limit=500&${new URLSearchParams(Object.fromEntries(query)).toString()}`,
    )) as {
      readonly calls: readonly Entry[];
    };
    const expected = entries.filter((request) => query.every(([name, value]) => request[name] === value));
    expect(calls.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  }

  // The keys have the same state as before. The limits are exhausted, and revoked and replaced secrets are rejected.
  expect(await world.send(keys.calls.secret)).toBe(429);
  expect(await world.send(keys.revoked.secret)).toBe(401);
  expect(await world.send(keys.rotated.secret)).toBe(401);
  expect(await world.send(second)).toBe(200);
  await world.kill();
  const files = readdirSync(world.cwd, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'));
  expect(files.length).toBeGreaterThan(1);
  const allText = [...world.output, ...files].join('\n');
  expect(allText).toContain(keys.free.id);
  for (const secret of [...secrets, TOKEN]) expect(allText).not.toContain(secret);
}, 120_000);
