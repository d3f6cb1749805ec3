import { writeFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMajordomo, LlmError, user, type Majordomo } from '@majordomo/core';
import { ollamaChat, openaiChat, startWireServer } from '@majordomo/conformance';
import { fakeClock, fakeProvider, type Turn } from '@majordomo/testing';
import { ESLint } from 'eslint';
import { testFolder, testServer } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { shown } from '../src/agent-stream.ts';
import { begin, clerk, decide } from '../src/agent-with-toolbox.ts';
import { ask, batcher, budget } from '../src/batch.ts';
import { askWithPolicy } from '../src/call-policy.ts';
import { extra, withLab } from '../src/compatible-vendor.ts';
import { fromEnvironment } from '../src/env-providers.ts';
import { ledger } from '../src/failover-observed.ts';
import { tell } from '../src/hedged.ts';
import { reloadable } from '../src/hot-reload.ts';
import { betterCat } from '../src/image-generation.ts';
import { pooled } from '../src/key-pool.ts';
import { modelsOf } from '../src/list-models.ts';
import { dispatch, executors } from '../src/named-executors.ts';
import { compare } from '../src/multimodal.ts';
import { createAcme } from '../src/own-provider.ts';
import { askInOrder, elementsOf } from '../src/parse-and-chains.ts';
import { show } from '../src/restart-screen.ts';
import { defaultModel } from '../src/sibling.ts';
import siblingConfig from '../src/sibling.eslint.config.ts';
import { calc } from '../src/calculator.ts';
import { howManyDays } from '../src/skills.ts';
import { tenantQuota } from '../src/tenant-quota.ts';
import { withTiers } from '../src/tiers.ts';
import { withWeather } from '../src/tool-loop.ts';
import { tracing } from '../src/tracing.ts';
import { handOver } from '../src/transcripts.ts';
import { capital, recipe, titles } from '../src/typed-objects.ts';
import worker from '../src/worker.ts';

const usage = { input: 10, output: 4, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
const openai = (models: Readonly<Record<string, readonly Turn[]>>) => fakeProvider({ id: 'openai', models });
const anthropic = (models: Readonly<Record<string, readonly Turn[]>>) =>
  fakeProvider({ id: 'anthropic', models });
const chat = (...turns: Turn[]) =>
  createMajordomo({ providers: [openai({ 'gpt-4o': turns })], chain: { backoff: { baseMs: 1 } } }).model(
    'openai/gpt-4o',
  );
const question = { messages: [user('hi')] };

describe('which model answers', () => {
  it('hedged: skips a silent target and continues a broken answer', async () => {
    const clock = fakeClock();
    const silent = fakeProvider({ id: 'openai', clock, models: { 'gpt-4o': [{ hang: true }] } });
    const begun = { fail: 'server', after: 'Once there was a fox, ' } as const;
    const second = fakeProvider({ id: 'anthropic', clock, models: { 'claude-x': [begun, 'and it ran.'] } });
    const model = createMajordomo({ providers: [silent, second], clock }).model(
      'openai/gpt-4o,anthropic/claude-x',
    );
    let screen = '';
    const told = tell(model, 'A story?', (text) => (screen += text));
    await clock.advance(10_000);
    expect(await told).toBe('anthropic/claude-x, abandoned + failed + finished');
    expect(screen).toBe('Once there was a fox,  […] and it ran.');
  });

  it('named-executors: uses the live environment and reports the target that answered', async () => {
    const env: Record<string, string> = { CLAUDE_MODEL: 'claude-x' };
    const cloudflare = fakeProvider({
      id: 'cloudflare',
      models: { '@cf/meta/llama-3.3-70b-instruct-fp8-fast': ['from the worker'] },
    });
    const { majordomo, router } = executors(env, {
      providers: [anthropic({ 'claude-x': ['from Claude'], 'claude-y': [{ fail: 'quota' }] }), cloudflare],
    });
    expect(await dispatch(majordomo, 'claude_opus', 'hi')).toBe('from Claude');
    env['CLAUDE_MODEL'] = 'claude-y';
    expect((await router.plan('claude_opus', majordomo)).chain).toBe('anthropic/claude-y');
    expect(await dispatch(majordomo, 'claude_opus', 'hi')).toBe('from the worker');
    await expect(dispatch(majordomo, 'claude_code', 'hi')).rejects.toMatchObject({
      details: { code: 'unknown-name' },
    });
  });
});

describe('chains', () => {
  const newMajordomo = (): Majordomo =>
    createMajordomo({
      providers: [
        openai({ 'gpt-large': [{ fail: 'not-found' }], 'gpt-small': [{ fail: 'unsupported' }] }),
        anthropic({ 'claude-small': ['here'] }),
      ],
    });

  it('parse-and-chains', async () => {
    expect(elementsOf(newMajordomo(), 'a/x, b/y/z,thinking')).toEqual([
      '0 target a/x',
      '5 target b/y/z',
      '11 name thinking',
    ]);
    const { target, attempts } = await askInOrder(newMajordomo(), 'anybody?');
    expect([target, attempts.length]).toEqual(['anthropic/claude-small', 3]);
  });

  it('tiers', async () => {
    const store = {
      read: async (tier: string, tenant?: string) => (tier === 'thinking' ? `openai/${tenant}` : undefined),
    };
    const majordomo = withTiers([openai({ acme: ['deep'], 'gpt-small': ['quick'] })], store);
    expect((await majordomo.model('thinking').generate(question, { tenant: 'acme' })).text).toBe('deep');
    expect((await majordomo.model('fast').generate(question)).text).toBe('quick');
  });

  it('env-providers', async () => {
    await using box = await startWireServer({ wire: ollamaChat, script: ['from the box'] });
    await using lab = await startWireServer({ wire: openaiChat, script: ['from the lab'] });
    const majordomo = fromEnvironment({
      LLM_BOX: box.baseURL.replace('http://', 'foreman+http://token@'),
      LLM_LAB: lab.baseURL.replace('http://', 'openai+http://key@'),
    });
    expect((await majordomo.model('box/qwen3').generate(question)).text).toBe('from the box');
    expect((await majordomo.model('lab/gpt-4o').generate(question)).text).toBe('from the lab');
  });

  it('compatible-vendor', async () => {
    await using server = await startWireServer({ wire: openaiChat, script: ['ok'], validate: false });
    const model = withLab({ LAB_KEY: 'k' }, server.baseURL).model('lab/qwen');
    await model.generate({ ...question, maxTokens: 9, extra });
    expect(server.requests[0]?.body).toMatchObject({ max_tokens: 9, top_k: 20, user: 'u-1' });
  });

  it('key-pool', async () => {
    await using server = await startWireServer({
      wire: openaiChat,
      script: [{ failure: 'auth' }, { failure: 'auth' }, 'ok'],
    });
    const freshFlags: boolean[] = [];
    const vault = async (fresh: boolean) => `token-${freshFlags.push(fresh)}`;
    const { target } = await pooled(['spent'], vault, server.baseURL).model('gpt').generate(question);
    expect([target, freshFlags]).toEqual(['vault/gpt-4o', [false, true]]);
  });

  it('call-policy', async () => {
    expect(await askWithPolicy(chat({ fail: 'auth' }), 'hi')).toBe('The API key is not valid.');
    expect(await askWithPolicy(chat({ fail: 'network' }, { fail: 'network' }), 'hi')).toBe('No connection.');
    expect(await askWithPolicy(chat('hello'), 'hi')).toBe('hello');
  });

  it('hot-reload', async () => {
    const origin = createMajordomo({
      providers: [openai({ a: ['A'], b: ['B'] })],
      aliases: { default: 'openai/a' },
    });
    const live = reloadable(origin);
    const open = { name: 'open', admit: () => undefined };
    expect((await live.for(open).model('default').generate(question)).text).toBe('A');
    live.reload('{"default":"openai/b"}');
    expect((await live.for(open).model('default').generate(question)).text).toBe('B');
    expect(live.for(open).health).toBe(origin.health);
  });

  it('list-models', async () => {
    const listed = [{ id: 'x', provider: 'openai', capabilities: { contextTokens: 8000 } }];
    const provider = { ...openai({}), listModels: async () => listed };
    expect(await modelsOf(createMajordomo({ providers: [provider] }), 'openai')).toEqual(['x: 8000 tokens']);
  });
});

describe('messages', () => {
  it('multimodal', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'a.png'), new Uint8Array([137, 80, 78, 71]));
    writeFileSync(join(folder, 'a.pdf'), '%PDF-1.7');
    const provider = openai({ 'gpt-4o': ['A cat.', 'It fits.'] });
    const model = createMajordomo({ providers: [provider] }).model('openai/gpt-4o');
    expect(await compare(model, join(folder, 'a.png'), join(folder, 'a.pdf'))).toBe('It fits.');
    expect(provider.requests[1]?.request.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
    ]);
  });

  it('tool-loop', async () => {
    const call = (args: Readonly<Record<string, string>>) => ({ toolCalls: [{ name: 'weather', args }] });
    const model = chat(call({ town: 'Oslo' }), call({ city: 'Oslo' }), (request) =>
      JSON.stringify(request.messages.at(-1)),
    );
    expect(await withWeather(model, 'Shoes?')).toContain('4 °C and snow in Oslo');
  });

  it('typed-objects', async () => {
    const soup = '{"title":"Soup","steps":[{"text":"Simmer","minutes":40}]}';
    expect((await recipe(chat('{"title":"Soup"}', soup), 'soup')).steps[0]?.minutes).toBe(40);
    const seen: string[] = [];
    for await (const title of titles(chat({ text: soup, chunks: 6 }), 'soup')) seen.push(title);
    expect([seen.length > 1, seen.at(-1)]).toEqual([true, 'Soup']);
    expect(await capital(chat('{"capital":"Oslo"}'), 'Norway')).toBe('Oslo');
  });

  it('transcripts', async () => {
    const second = anthropic({ 'claude-large': [(request) => `saw ${request.messages.length}`] });
    const majordomo = createMajordomo({ providers: [openai({ 'gpt-4o': ['first'] }), second] });
    expect(await handOver(majordomo, 'hi', 'and now?')).toBe('saw 3');
  });

  it('image-generation', async () => {
    const cat = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([137]) } as const;
    const majordomo = createMajordomo({
      providers: [
        openai({ 'gpt-image': [{ fail: 'not-found' }] }),
        fakeProvider({ id: 'art', models: { draw: [{ images: [cat, cat] }] } }),
        anthropic({ 'claude-large': [(request) => `${request.messages[0]?.parts.length} parts`] }),
      ],
    });
    expect(await betterCat(majordomo)).toBe('3 parts');
  });
});

describe('agents', () => {
  it('agent-with-toolbox', async () => {
    const pays = { toolCalls: [{ name: 'pay', args: { to: 'Acme', cents: 120_000 } }] };
    const agent = clerk(
      chat({ toolCalls: [{ name: 'look_up_invoice', args: { number: '7' } }] }, pays, 'Paid.'),
    );
    const { json, awaiting } = await begin(agent, 'Settle invoice 7');
    expect(awaiting).toHaveLength(1);
    expect(await decide(agent, json, awaiting[0]!, true)).toBe('Paid.');
  });

  it('agent-stream', async () => {
    const agent = clerk(chat({ fail: 'network', after: 'Hel' }, 'Hello.'));
    const painted: string[] = [];
    expect(await shown(agent, 'hi', (lines) => painted.push(lines.join('')))).toBe('Hello.');
    expect([painted.includes('Hel'), painted.at(-1)]).toEqual([true, 'Hello.']);
  });

  it('skills', async () => {
    const model = chat({ toolCalls: [{ name: 'calc', args: { expression: '7*52' } }] }, (request) =>
      JSON.stringify(request.messages.at(-1)),
    );
    expect(await howManyDays(model, 'How many?')).toContain('364');
  });

  it('calculator', async () => {
    const valueOf = async (expression: string): Promise<unknown> =>
      calc().tools?.[0]?.run({ expression } as never, undefined as never);
    expect(await valueOf('-4 + (1 + 2) * 3 / 4.5')).toBe('-2');
    await expect(valueOf('process.exit()')).rejects.toThrow('unexpected p');
    for (const end of ['(1', '1 +']) await expect(valueOf(end)).rejects.toThrow('unexpected end');
  });
});

describe('operating', () => {
  it('failover-observed', async () => {
    const { onEvent, cost, failures, unpriced } = ledger({ 'openai/gpt-4o': { input: 2, output: 10 } });
    const provider = openai({ 'gpt-4o': [{ fail: 'overloaded' }, { text: 'ok', usage }] });
    const majordomo = createMajordomo({ providers: [provider], onEvent, chain: { backoff: { baseMs: 1 } } });
    await majordomo.model('openai/gpt-4o').generate(question, { tenant: 't' });
    expect([cost.get('t'), failures.get('openai/gpt-4o overloaded'), unpriced()]).toEqual([60, 1, 1]);
  });

  it('tracing', async () => {
    const spans: string[] = [];
    const startSpan = (name: string) => ({
      setAttribute: (key: string, value: string | number) => spans.push(`${name} ${key}=${value}`),
      end: () => spans.push(`${name} ended`),
    });
    const provider = openai({ 'gpt-4o': [{ text: 'ok', usage }] });
    await createMajordomo({ providers: [provider], ...tracing(startSpan) })
      .model('openai/gpt-4o')
      .generate(question);
    const name = 'openai/gpt-4o';
    expect(spans).toEqual([
      `${name} outcome=finished`,
      `${name} gen_ai.usage.input_tokens=10`,
      `${name} ended`,
    ]);
  });

  it('tracing: ends the span of each of two parallel attempts', async () => {
    const clock = fakeClock();
    const silent = fakeProvider({ id: 'openai', clock, models: { 'gpt-4o': [{ hang: true }] } });
    const second = fakeProvider({ id: 'anthropic', clock, models: { 'claude-x': ['ok'] } });
    const ended: string[] = [];
    const spans = tracing((name) => ({ setAttribute: () => undefined, end: () => void ended.push(name) }));
    const answered = createMajordomo({ providers: [silent, second], clock, ...spans })
      .model('openai/gpt-4o,anthropic/claude-x')
      .generate(question, { hedgeAfterMs: 1000 });
    await clock.advance(10_000);
    await answered;
    expect(ended.sort()).toEqual(['anthropic/claude-x', 'openai/gpt-4o']);
  });

  it('batch', async () => {
    const limit = budget(230);
    const provider = openai({
      'gpt-4o': [
        { text: 'one', usage },
        { text: 'two', usage },
      ],
    });
    const answers = await ask(batcher([provider], limit, 1), ['1', '2', '3']);
    expect(answers.map((answer) => (LlmError.is(answer) ? answer.kind : answer)).sort()).toEqual([
      'denied',
      'one',
      'two',
    ]);
    expect(limit.spent()).toBe(28);
  });

  it('tenant-quota', async () => {
    const settled: number[] = [];
    const quotas = {
      reserve: async (tenant: string) => tenant === 'rich',
      settle: async (_id: string, used: number) => void settled.push(used),
    };
    const majordomo = createMajordomo({
      providers: [openai({ 'gpt-4o': [{ text: 'ok', usage }] })],
      gates: [tenantQuota(quotas)],
    });
    const model = majordomo.model('openai/gpt-4o');
    await model.generate(question, { tenant: 'rich' });
    await expect(model.generate(question, { tenant: 'poor' })).rejects.toThrow(
      'the quota of poor is exhausted',
    );
    expect(settled).toEqual([14]);
  });

  it('restart-screen', async () => {
    const painted: string[] = [];
    const model = chat({ fail: 'network', after: 'Hel' }, 'Hello.');
    await show(model, 'hi', (blocks) => painted.push(blocks.map(({ text }) => text).join('')));
    expect([painted.includes('Hel'), painted.at(-1)]).toEqual([true, 'Hello.']);
  });
});

describe('servers', () => {
  it('own-provider', async () => {
    const bodies = ['data: {"text":"Hel"}\n\n', 'data: {"text":"Hello."}\n\ndata: {"done":"end"}\n\n'];
    await using server = await testServer((response) => void response.end(bodies.shift()));
    const majordomo = createMajordomo({
      providers: [createAcme({ baseURL: server.origin, apiKey: 'k' })],
      chain: { backoff: { baseMs: 1 } },
    });
    const { text, attempts } = await majordomo.model('acme/any').generate(question);
    expect([text, attempts[0]?.error?.kind]).toEqual(['Hello.', 'truncated']);
  });

  it('worker', async () => {
    await using vendor = await startWireServer({
      wire: openaiChat,
      script: ['Hello.', { failure: 'invalid' }],
    });
    const answers = [{ response: 'From the edge.' }];
    const AI = {
      run: async () => answers.shift() ?? Promise.reject(new Error('5007: No such model')),
    };
    const env = { AI, LLM_LAB: vendor.baseURL.replace('http://', 'openai+http://key@') };
    const post = () => worker.fetch(new Request('http://worker/', { method: 'POST', body: 'hi' }), env);
    expect(await (await post()).text()).toBe('From the edge.');
    expect(await (await post()).text()).toBe('Hello.');
    expect((await post()).status).toBe(502);
  });

  it('sibling', async () => {
    await expect(defaultModel({}).generate(question)).rejects.toThrow('set ANTHROPIC_API_KEY');
    const linter = new ESLint({ overrideConfigFile: true, overrideConfig: siblingConfig });
    const [raw] = await linter.lintText("import OpenAI from 'openai';", { filePath: 'raw.js' });
    expect(raw?.messages.map(({ ruleId }) => ruleId)).toEqual(['majordomo/no-raw-sdk']);
  });
});

/** Examples that `tooling/acceptance/test/durable/cloudflare.slow.test.ts` runs in Cloudflare's runtime. */
const PLAYED_ELSEWHERE = ['demo.ts', 'cloudflare-workflow.ts'];

/** Complete applications and a store for a database, which may be longer. */
const LONGER = ['chat-ui.ts', 'company-gateway.ts', 'connect-accounts.ts', 'lmdb-records.ts'];

it('every example has at most 60 lines, an application or store at most 250, and a test', () => {
  const folder = join(import.meta.dirname, '../src');
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const linesOf = (name: string): number =>
    readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').length;
  expect(names.filter((name) => linesOf(name) > (LONGER.includes(name) ? 250 : 60))).toEqual([]);
  const played = readdirSync(import.meta.dirname)
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n');
  const isPlayed = (name: string): boolean =>
    PLAYED_ELSEWHERE.includes(name) || played.includes(`'../src/${name}'`);
  expect(names.filter((name) => !isPlayed(name))).toEqual([]);
});
