import { createMajordomo, type Provider } from '@majordomo/core';
import { startWireServer, type Script, type Step, type WireServer } from '@majordomo/conformance';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { afterEach, describe, expect, it } from 'vitest';
import { createAgent, type Agent } from '../src/index.ts';
import { generatedTools } from './support/generated-tools.ts';
import { plain } from './support/tools.ts';
import { vendors, type Vendor } from './support/vendors.ts';
import { resultTexts } from './support/world.ts';

const apiKey = 'sk-test';
const { 'openai responses': responses, anthropic, openai: chat } = vendors as Record<string, Vendor>;
const native: Readonly<Record<string, Vendor>> = {
  Anthropic: {
    ...(anthropic as Vendor),
    model: 'claude-opus-5',
    open: (baseURL) => createAnthropic({ baseURL, apiKey }),
  },
  OpenAI: {
    ...(responses as Vendor),
    model: 'gpt-6-sol',
    open: (baseURL) => createOpenAI({ baseURL, apiKey }),
  },
  'Chat Completions': chat as Vendor,
};

const servers: WireServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function play(vendor: string, id: string, script: Script) {
  const { wire, model, open, signatures } = native[vendor] as Vendor;
  const server = await startWireServer({ wire, script, validate: { signatures } });
  servers.push(server);
  const provider: Provider = { ...open(server.baseURL), id };
  return { server, provider, spec: `${id}/${model}` };
}

type Played = Awaited<ReturnType<typeof play>>;

const agentOver = (...played: readonly Played[]): Agent => {
  const providers = played.map(({ provider }) => provider);
  const model = createMajordomo({ providers, chain: { attempts: 1 } }).model(
    played.map(({ spec }) => spec).join(','),
  );
  const toolboxes = [{ name: 'all', tools: generatedTools(100) }];
  return createAgent({
    model,
    tools: [plain('clock', () => 'noon')],
    toolboxes,
    toolSearch: { limit: 2 },
    cache: 'auto',
  });
};

const search = (query: string): Step => ({
  parts: [{ type: 'tool-call', name: 'find_tools', json: JSON.stringify({ query }) }],
});
const create = (id: string): Step => ({
  parts: [{ type: 'tool-call', name: 'githubCreateIssue', json: JSON.stringify({ issueId: id }) }],
});
const answers = ({ stream }: { readonly stream: boolean }) => ({
  run: (agent: Agent, input: string) => (stream ? agent.stream(input).result() : agent.run(input)),
});

const violations = ({ requests }: WireServer) => requests.flatMap((exchange) => exchange.violations);
type Body = Readonly<Record<string, unknown>>;
const bodiesOf = ({ requests }: WireServer): Body[] => requests.map(({ body }) => body as Body);
/** Returns JSON without cache markers, and without the end of the list. */
const prefixOf = (value: unknown): string =>
  JSON.stringify(value, (key, member: unknown) => (key === 'cache_control' ? undefined : member)).slice(
    0,
    -1,
  );

describe.each([true, false])('native loading, streamed: %s', (stream) => {
  const { run } = answers({ stream });
  const script: readonly Step[] = [
    search('create a github issue'),
    create('one'),
    search('delete a github branch'),
    search('create a github issue'),
    'Done.',
  ];

  it('over Anthropic sends references, and leaves the ordinary tools and the earlier messages unchanged', async () => {
    const it = await play('Anthropic', 'a', script);
    const result = await run(agentOver(it), 'go');
    expect([result.text, violations(it.server)]).toEqual(['Done.', []]);
    expect(resultTexts(result.messages)[1]).toContain('one');
    const bodies = bodiesOf(it.server);
    expect(JSON.stringify(bodies[0])).not.toMatch(/defer_loading|tool_reference/);
    expect(JSON.stringify(bodies[1])).toContain('{"type":"tool_reference","tool_name":"githubCreateIssue"}');
    for (const [at, body] of bodies.entries()) {
      const tools = body['tools'] as readonly Body[];
      const ordinary = tools.filter((tool) => tool['defer_loading'] !== true);
      expect(prefixOf(ordinary)).toBe(prefixOf((bodies[0]?.['tools'] as unknown[]).slice(0, 2)));
      expect(prefixOf(body['messages']).startsWith(prefixOf(bodies[at - 1]?.['messages'] ?? []))).toBe(true);
      expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length);
    }
    expect(JSON.stringify(bodies)).not.toMatch(/"defer_loading":true,"cache_control"/);
  });

  it('over OpenAI sends additional tools once, with equal `tools` in each step', async () => {
    const it = await play('OpenAI', 'a', script);
    const result = await run(agentOver(it), 'go');
    expect([result.text, violations(it.server)]).toEqual(['Done.', []]);
    const bodies = bodiesOf(it.server);
    for (const [at, body] of bodies.entries()) {
      expect(JSON.stringify(body['tools'])).toBe(JSON.stringify(bodies[0]?.['tools']));
      expect(prefixOf(body['input']).startsWith(prefixOf(bodies[at - 1]?.['input'] ?? []))).toBe(true);
      expect(body['prompt_cache_key']).toBe(bodies[0]?.['prompt_cache_key']);
    }
    const items = (bodies.at(-1)?.['input'] as Body[]).filter(({ type }) => type === 'additional_tools');
    const names = items.flatMap(({ tools }) => (tools as Body[]).map(({ name }) => name));
    expect(names).toContain('githubCreateIssue');
    expect(new Set(names).size).toBe(names.length);
    expect(items).toHaveLength(2);
  });

  it.each([
    ['Anthropic', 'OpenAI'],
    ['OpenAI', 'Anthropic'],
    ['Anthropic', 'Chat Completions'],
    ['Chat Completions', 'Anthropic'],
  ])('fails over from %s to %s in the middle of a run, and back', async (first, second) => {
    const a = await play(first, 'a', [
      search('create a github issue'),
      create('one'),
      { failure: 'server' },
      'Done.',
    ]);
    const b = await play(second, 'b', [create('two')]);
    const result = await run(agentOver(a, b), 'go');
    expect(result.text).toBe('Done.');
    expect(resultTexts(result.messages).slice(1)).toEqual([
      expect.stringContaining('one'),
      expect.stringContaining('two'),
    ]);
    expect([a, b].flatMap(({ server }) => violations(server))).toEqual([]);
  });

  it.each([
    ['Anthropic', 'defer_loading', 'tools.2.custom.defer_loading: Extra inputs are not permitted'],
    ['OpenAI', '"additional_tools"', "Invalid 'input': value did not match any expected variant"],
  ])('costs one request more, once, at a backend of %s that refuses it', async (vendor, sign, message) => {
    const queue = [...script, ...script];
    let refusals = 0;
    const it = await play(vendor, 'a', ({ body }) => {
      if (!JSON.stringify(body).includes(sign)) return queue.shift() ?? 'Unexpected.';
      refusals++;
      return { failure: 'parameter', message, param: undefined };
    });
    const agent = agentOver(it);
    for (const input of ['go', 'again']) {
      const result = await run(agent, input);
      expect(result.text).toBe('Done.');
      expect(resultTexts(result.messages)[1]).toContain('one');
    }
    expect(refusals).toBe(1);
  });
});

it('sends none of these fields without deferred tools', async () => {
  for (const vendor of ['Anthropic', 'OpenAI']) {
    const it = await play(vendor, 'a', [
      { parts: [{ type: 'tool-call', name: 'clock', json: '{}' }] },
      'Done.',
    ]);
    const model = createMajordomo({ providers: [it.provider] }).model(it.spec);
    await createAgent({ model, tools: [plain('clock', () => 'noon')] }).run('go');
    expect(JSON.stringify(bodiesOf(it.server))).not.toMatch(/defer|tool_reference|additional_tools/);
  }
});
