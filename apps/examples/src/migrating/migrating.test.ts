import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo, user, type CallEvent } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI, groq, openaiCompatible, xai } from '@majordomo/provider-openai';
import { anthropicMessages, openaiChat, startWireServer, type Step } from '@majordomo/conformance';
import { fakeProvider, type FakeProvider, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import * as aiSdk from './ai-sdk.ts';
import * as executors from './executors.ts';
import * as live from './live-app.ts';
import { createModels } from './models.ts';
import * as anthropic from './raw-anthropic.ts';
import * as openai from './raw-openai.ts';
import * as stackbilt from './stackbilt.ts';

const usage = { input: 11, output: 4, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** Creates a fake provider for each vendor in the examples. */
function house(scripts: Readonly<Record<string, Readonly<Record<string, readonly Turn[]>>>>): {
  readonly providers: readonly FakeProvider[];
} {
  return { providers: Object.entries(scripts).map(([id, models]) => fakeProvider({ id, models })) };
}

function fake(...turns: readonly Turn[]): ReturnType<ReturnType<typeof createMajordomo>['model']> {
  return createMajordomo(house({ fake: { m: turns } })).model('fake/m');
}

async function collected(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

describe('from the OpenAI SDK, on its own wire', () => {
  const on = async <T>(
    script: readonly Step[],
    run: (model: ReturnType<typeof fake>) => Promise<T>,
  ): Promise<T> => {
    await using server = await startWireServer({ wire: openaiChat, script });
    const provider = createOpenAI({ apiKey: 'test', baseURL: server.baseURL, api: 'chat' });
    return await run(createMajordomo({ providers: [provider] }).model('openai/gpt-test'));
  };

  it('a completion is a response with text and usage', async () => {
    const answer = await on(
      [{ parts: [{ type: 'text', text: 'Yes.' }], usage: { input: 11, output: 4 } }],
      (model) => openai.ask(model, 'Is it?'),
    );
    expect(answer).toEqual({ text: 'Yes.', tokens: 15 });
  });

  it('a stream is read by its text deltas', async () => {
    expect(await on(['one two'], (model) => collected(openai.tell(model, 'Count')))).toBe('one two');
  });

  it('a parsed completion is a typed object', async () => {
    const value = await on(['{"title":"Soup","minutes":20}'], (model) => openai.recipe(model, 'soup'));
    expect(value).toEqual({ title: 'Soup', minutes: 20 });
  });

  it('the application runs tool calls and returns their results', async () => {
    const call: Step = { parts: [{ type: 'tool-call', name: 'weather', json: '{"city":"Oslo"}' }] };
    const seen: object[] = [];
    const text = await on([call, 'Snow.'], (model) =>
      openai.withTools(model, 'Oslo?', (args) => {
        seen.push(args);
        return 'snow';
      }),
    );
    expect([text, seen]).toEqual(['Snow.', [{ city: 'Oslo' }]]);
  });

  it('errors have kinds', async () => {
    const denied = await on([{ failure: 'auth' }], (model) => openai.ask(model, 'x')).catch(openai.advise);
    expect(denied).toBe('check the key and the account');
    expect(openai.advise(new TypeError('x'))).toBe('not a failure of a model');
  });
});

it('from the Anthropic SDK, on its own wire: images are bytes, and reasoning is a part', async () => {
  const parts = [
    { type: 'reasoning', text: 'A dot.' },
    { type: 'text', text: 'One pixel.' },
  ] as const;
  await using server = await startWireServer({ wire: anthropicMessages, script: [{ parts }] });
  const provider = createAnthropic({ apiKey: 'test', baseURL: server.baseURL });
  const model = createMajordomo({ providers: [provider] }).model('anthropic/claude-sonnet-4-5');
  const picture = Uint8Array.from(atob(PNG), (character) => character.charCodeAt(0));
  expect(await anthropic.describe(model, picture)).toEqual({ text: 'One pixel.', thought: 'A dot.' });
  expect(server.requests[0]?.request.images).toHaveLength(1);
});

describe('from the Vercel AI SDK', () => {
  it('a registry and a fallback are one spec', async () => {
    const majordomo = createMajordomo(
      house({ openai: { 'gpt-5': [{ fail: 'not-found' }] }, anthropic: { 'claude-sonnet-4-5': ['Hello.'] } }),
    );
    expect(await aiSdk.generateText(aiSdk.languageModel(majordomo), 'hi')).toBe('Hello.');
  });

  it('textStream is the text deltas', async () => {
    const stream = fake({ text: 'one two', chunks: 3 }).stream({ messages: [user('x')] });
    expect(await collected(aiSdk.textStream(stream))).toBe('one two');
  });

  it('streamObject gives snapshots and the checked value', async () => {
    const stream = aiSdk.plan(fake({ text: '{"steps":["pack","go"]}', chunks: 6 }), 'leave');
    for await (const snapshot of stream) expect(snapshot).toBeTypeOf('object');
    expect((await stream.response()).value).toEqual({ steps: ['pack', 'go'] });
  });

  it('maxRetries 3 are attempts 4', async () => {
    const { providers } = house({ fake: { m: Array.from({ length: 5 }, (): Turn => ({ fail: 'server' })) } });
    const model = aiSdk.patient({ providers, random: () => 0 }).model('fake/m');
    await expect(model.generate({ messages: [user('x')] })).rejects.toMatchObject({ kind: 'server' });
    expect(providers[0]?.requests).toHaveLength(4);
  });
});

describe('from @stackbilt/llm-providers', () => {
  it('budgets and rate limits are limits, checked when the ledger is made', () => {
    const budgets = [
      { provider: 'openai', monthlyBudget: 50, rateLimits: { rpm: 60, tpd: 1_000_000 } },
      { provider: 'openai', model: 'gpt-5', monthlyBudget: 12.5, rateLimits: { rpd: 10, tpm: 5000 } },
    ];
    const ledger = createLedger({ limits: budgets.flatMap((budget) => stackbilt.limitsOf(budget)) });
    expect(ledger.limits().map(({ name }) => name)).toEqual([
      'openai month',
      'openai rpm',
      'openai tpd',
      'openai/gpt-5 month',
      'openai/gpt-5 rpd',
      'openai/gpt-5 tpm',
    ]);
    expect(ledger.limits()[3]).toMatchObject({
      max: { usd: '12.500000000' },
      where: { target: ['openai/gpt-5'] },
    });
  });

  it('a budget below a cent is not rounded to zero', () => {
    const ledger = createLedger({ limits: stackbilt.limitsOf({ provider: 'openai', monthlyBudget: 0.004 }) });
    expect(ledger.limits()[0]).toMatchObject({ max: { usd: '0.004000000' } });
  });

  it('fromEnv is a chain of the vendors with a key', () => {
    const env = { GROQ_API_KEY: 'x', ANTHROPIC_API_KEY: 'y', OPENAI_API_KEY: '', AI: {} };
    expect(stackbilt.chainFromEnv(env)).toBe('anthropic/claude-sonnet-4-5,groq/llama-3.3-70b-versatile');
  });

  it('generateResponse, classify and analyzeImage', async () => {
    expect((await stackbilt.generateResponse(fake('Hi.'), 'x', { tenant: 'ann' })).text).toBe('Hi.');
    const verdict = { label: 'bug', confidence: 0.9 };
    expect(await stackbilt.classify(fake(JSON.stringify(verdict)), 'It crashes')).toEqual(verdict);
    expect(
      await stackbilt.analyzeImage(fake('A dot.'), { data: PNG, mimeType: 'image/png' }, 'What is it?'),
    ).toBe('A dot.');
  });

  it('hooks are events, also of a failover', async () => {
    const lines: string[] = [];
    const onEvent: (event: CallEvent) => void = stackbilt.hooks((line) => lines.push(line));
    const options = { ...house({ a: { m: [{ fail: 'quota' }] }, b: { m: ['ok'] } }), onEvent };
    await createMajordomo(options)
      .model('a/m,b/m')
      .generate({ messages: [user('x')] });
    expect(lines).toEqual([
      'start a/m #1',
      'failed a/m: quota',
      'benched a/m',
      'start b/m #1',
      'finished b/m',
    ]);
  });

  it('a quota denies one tenant without benching a target', async () => {
    const gates = [stackbilt.quota(new Map([['ann', 20]]))];
    const majordomo = createMajordomo({
      ...house({
        a: {
          m: [
            { text: 'ok', usage },
            { text: 'ok', usage },
          ],
        },
      }),
      gates,
    });
    const call = (tenant: string): Promise<unknown> =>
      majordomo.model('a/m').generate({ messages: [user('x')] }, { tenant });
    await call('ann');
    await call('ann');
    await expect(call('ann')).rejects.toMatchObject({ kind: 'denied' });
    await expect(call('bob')).rejects.toMatchObject({ kind: 'denied' });
    expect(stackbilt.breakers(majordomo).out).toEqual([]);
  });

  it('breaker state is a snapshot that another process restores', async () => {
    const first = createMajordomo(house({ a: { m: [{ fail: 'quota' }] } }));
    await first
      .model('a/m')
      .generate({ messages: [user('x')] })
      .catch(() => undefined);
    const { saved, out } = stackbilt.breakers(first);
    expect(out).toEqual(['a/m']);
    const second = createMajordomo(house({ a: { m: ['ok'] } }));
    second.health.restore(JSON.parse(saved));
    expect(stackbilt.breakers(second).out).toEqual(['a/m']);
  });
});

describe('from executor names in a switch', () => {
  const stored = (name: string): Promise<string | undefined> =>
    Promise.resolve(name === 'night_shift' ? 'direct' : undefined);

  it('a name is an alias, the rest of its chain is the fallback, and telemetry gets the target', async () => {
    const { providers } = house({
      anthropic: { 'claude-opus-4-5': [{ fail: 'not-found' }], 'claude-sonnet-4-5': [{ fail: 'quota' }] },
      groq: { 'openai/gpt-oss-120b': ['Done.'], 'llama-3.1-8b-instant': ['Good night.'] },
      openai: {},
    });
    const majordomo = createMajordomo({ providers });
    executors.addExecutors(majordomo, stored);
    expect(await executors.dispatch(majordomo, 'claude_opus', 'work')).toEqual({
      text: 'Done.',
      ran: 'groq/openai/gpt-oss-120b',
      failed: ['anthropic/claude-opus-4-5: not-found', 'anthropic/claude-sonnet-4-5: quota'],
    });
    expect((await executors.dispatch(majordomo, 'night_shift', 'sleep')).ran).toBe(
      'groq/llama-3.1-8b-instant',
    );
    await expect(executors.dispatch(majordomo, 'unheard_of', 'x')).rejects.toMatchObject({ kind: 'config' });
  });
});

describe('a live app', () => {
  const view: Turn = { text: 'Let me look.', toolCalls: [{ name: 'look', args: {} }] };
  const look = defineTool({
    name: 'look',
    description: 'Looks.',
    parameters: { type: 'object' },
    run: () => 'a view',
  });

  it('shows only the last step of an agent', async () => {
    const model = fake(view, { fail: 'network', after: 'It' }, { text: 'It is green.', chunks: 6 });
    const output: string[] = [];
    await live.showLastStep(createAgent({ model, tools: [look] }), 'x', (text) => output.push(text));
    expect(output).toEqual(['It is ', 'green.']);
  });

  it('creates a view for each request with shared health', async () => {
    const AI = { run: () => Promise.resolve({ response: 'From the edge.' }) };
    const view = (key?: string) =>
      live.modelsFor({ AI, GROQ_API_KEY: key } as { AI: typeof AI }, () => undefined);
    const first = view();
    first.health.bench('groq/', 60_000);
    const answer = await view()
      .model('quick')
      .generate({ messages: [user('hi')] });
    expect([answer.text, answer.attempts.map(({ outcome }) => outcome)]).toEqual([
      'From the edge.',
      ['skipped', 'finished'],
    ]);
    expect(live.fresh(first).spec).toBe('quick');
    expect(view().health.snapshot()).toEqual({});
  });

  it('advances for the same errors as the old code', async () => {
    const scripts = {
      a: { x: [{ fail: 'auth' }] },
      b: { x: [{ fail: 'invalid-request' }] },
      c: { x: ['C'] },
    } as const;
    const model = createMajordomo(house(scripts)).model('a/x,b/x,c/x');
    expect((await model.generate({ messages: [user('hi')] }, live.asBefore)).text).toBe('C');
  });

  it('sends settings to one target only, with the start of the answer', async () => {
    await using server = await startWireServer({
      wire: openaiChat,
      script: ['"a":1}', '"a":1}'],
      validate: false,
    });
    const options = { apiKey: 'k', baseURL: server.baseURL };
    const providers = [openaiCompatible(groq, options), openaiCompatible(xai, options)];
    const majordomo = createMajordomo({ providers });
    for (const spec of ['groq/m', 'xai/m']) await majordomo.model(spec).generate(live.asJson('x'));
    const [told, other] = server.requests.map(({ body }) => body as Record<string, unknown>);
    expect(told).toMatchObject({ response_format: { type: 'json_object' } });
    expect(other).not.toHaveProperty('response_format');
    expect(JSON.stringify(other?.['messages'])).toContain('"{"');
  });

  it('reports the usage of each name', async () => {
    const { used, onEvent } = live.usageByName();
    const turns = [
      { text: 'one', usage },
      { text: 'two', usage },
    ];
    const majordomo = createMajordomo({ ...house({ f: { m: turns } }), aliases: { quick: 'f/m' }, onEvent });
    await majordomo.model('quick').generate({ messages: [user('hi')] });
    await majordomo.model('f/m').generate({ messages: [user('hi')] });
    expect([...used].map(([name, { input }]) => [name, input])).toEqual([
      ['quick', 11],
      ['f/m', 11],
    ]);
  });
});

it('createModels names roles, and tests replace its providers with fakes', async () => {
  const { providers } = house({
    anthropic: { 'claude-sonnet-4-5': [{ fail: 'not-found' }] },
    openai: { 'gpt-5': ['Hello.'] },
    groq: {},
  });
  const models = createModels({}, { providers });
  expect((await models.model('thorough').generate({ messages: [user('hi')] })).target).toBe('openai/gpt-5');
});

it('the route of a chat page streams the answer of an agent', async () => {
  const provider = fakeProvider({ id: 'f', models: { m: ['Hello.'] } });
  const agent = createAgent({ model: createMajordomo({ providers: [provider] }).model('f/m') });
  const messages = [{ id: 'q', role: 'user', parts: [{ type: 'text', text: 'hi' }] }];
  const request = new Request('http://127.0.0.1', { method: 'POST', body: JSON.stringify({ messages }) });
  expect(await (await aiSdk.chatRoute(agent, request)).text()).toContain('Hello.');
});

describe.each(['migrating', 'from-sdks', 'from-ai-sdk', 'from-llm-providers'])('%s.md', (page) => {
  const text = readFileSync(join(import.meta.dirname, `../../../docs/${page}.md`), 'utf8');
  const examples = ['.', '..'].flatMap((folder) =>
    readdirSync(join(import.meta.dirname, folder)).map((file) => join(import.meta.dirname, folder, file)),
  );
  const regions = examples
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => {
      const source = readFileSync(file, 'utf8');
      return [...source.matchAll(/^\/\/ #region (\S+)\n(.*?)^\/\/ #endregion$/gms)].map(
        ([, , body = '']) => body,
      );
    });
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, body = '']) => body);

  it('quotes only code from the examples, after the imports', () => {
    expect(blocks.length).toBeGreaterThan(0);
    const quoted = blocks.map((block) => [block, block.replace(/^(?:import [^;]+;\n)+\n/, '')]);
    expect(quoted.filter((forms) => !forms.some((code) => regions.includes(code)))).toEqual([]);
  });
});
