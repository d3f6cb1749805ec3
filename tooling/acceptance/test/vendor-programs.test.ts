import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo, fromJson, toJson, user, type Message } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI, groq, openaiCompatible } from '@majordomo/provider-openai';
import { describe, expect, it } from 'vitest';
import {
  anthropicPrograms,
  openaiPrograms,
  typesIn,
  type ProgramVendor,
} from '../src/live/program-vendors.ts';
import { converse, SALES, salesOf } from '../src/live/programs.ts';

const CLAUDE = 'anthropic/claude-opus-4-8';
const GPT = 'openai/gpt-6-astra';

/** Returns two vendors that run programs, and a function that sends a request to a chain of them. */
function world() {
  const anthropic = anthropicPrograms();
  const openai = openaiPrograms();
  const majordomo = createMajordomo({
    providers: [
      createAnthropic({ apiKey: 'k', fetch: anthropic.fetch }),
      createOpenAI({ apiKey: 'k', fetch: openai.fetch }),
    ],
    chain: { attempts: 1 },
  });
  const ask = (spec: string) => (messages: readonly Message[]) =>
    majordomo.model(spec).generate({ messages, tools: [SALES] });
  return { anthropic, openai, majordomo, ask };
}

/** Returns the messages as another process reads them. */
const stored = (messages: readonly Message[]): readonly Message[] =>
  fromJson<readonly Message[]>(JSON.parse(JSON.stringify(toJson(messages))));

describe('a program of a vendor', () => {
  it('makes three calls at Anthropic: each request has the container, and results only', async () => {
    const { anthropic, ask } = world();
    const { last, messages } = await converse((sent) => ask(CLAUDE)(stored(sent)));
    expect(last.text).toBe('The sum is 6.');
    expect(anthropic.bodies.map(({ container }) => container)).toEqual([
      undefined,
      'container_1',
      'container_1',
      'container_1',
    ]);
    const results = anthropic.bodies
      .at(-1)
      ?.messages?.filter(({ role }) => role === 'user')
      .slice(1);
    expect(results?.map(({ content }) => content.map(({ type }) => type))).toEqual([
      ['tool_result'],
      ['tool_result'],
      ['tool_result'],
    ]);
    const parts = messages.flatMap((message) => (message.role === 'assistant' ? message.parts : []));
    expect(parts.flatMap((part) => (part.type === 'tool-call' ? [part.programId] : []))).toEqual([
      'srvtoolu_1',
      'srvtoolu_1',
      'srvtoolu_1',
    ]);
  });

  it('makes three calls at OpenAI: caller and fingerprint return, and nothing is stored', async () => {
    const { openai, ask } = world();
    const { last } = await converse((sent) => ask(GPT)(stored(sent)));
    expect(last.text).toBe('The sum is 6.');
    expect(openai.bodies.map(({ store }) => store)).toEqual([false, false, false, false]);
    expect(openai.bodies.at(-1)?.input?.slice(1, 4)).toMatchObject([
      { type: 'program', fingerprint: 'opaque+/=' },
      { type: 'function_call', caller: { type: 'program', caller_id: 'prog_1' } },
      { type: 'function_call_output', caller: { type: 'program', caller_id: 'prog_1' } },
    ]);
  });

  it.each<[string, string, string, (vendors: ReturnType<typeof world>) => ProgramVendor, unknown]>([
    [
      'Anthropic',
      CLAUDE,
      GPT,
      ({ openai }) => openai,
      ['message', 'message', 'function_call', 'function_call_output'],
    ],
    ['OpenAI', GPT, CLAUDE, ({ anthropic }) => anthropic, [['text'], ['tool_use'], ['tool_result']]],
  ])(
    'of %s: the other vendor answers between a call and its result',
    async (_name, from, to, vendor, types) => {
      const vendors = world();
      const { ask } = vendors;
      const first = await ask(from)([user('go')]);
      const { text, warnings } = await ask(to)(stored([user('go'), first.message, salesOf(first)]));
      const [body] = vendor(vendors).bodies;
      expect(body && typesIn(body)).toEqual(types);
      expect(JSON.stringify(body?.messages ?? body?.input)).not.toMatch(/caller|fingerprint|container/);
      expect(text).toContain('1');
      expect(warnings.map(({ what }) => what)).toContain('parts that ran at another vendor');
    },
  );

  it('whose container expired while a call waits is answered by one repaired attempt', async () => {
    const { anthropic, ask } = world();
    const first = await ask(CLAUDE)([user('go')]);
    anthropic.expire();
    const { attempts, warnings, text } = await ask(CLAUDE)([user('go'), first.message, salesOf(first)]);
    expect(anthropic.bodies.length).toBe(3);
    expect(attempts.length).toBe(2);
    expect(warnings.filter(({ action }) => action === 'repaired').length).toBe(1);
    expect(text).toContain('toolu_1');
  });
});

it('a chain whose targets run no programs calls the tool directly, with one warning', async () => {
  const bodies: unknown[] = [];
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    bodies.push(JSON.parse(String(init?.body)));
    if (bodies.length === 1) return Promise.resolve(new Response('busy', { status: 503 }));
    const tool_calls = [1, 2].map((n) => ({
      id: `call_${n}`,
      type: 'function',
      function: { name: 'sales', arguments: `{"region":"r${n}"}` },
    }));
    const message = { role: 'assistant', content: null, tool_calls };
    return Promise.resolve(
      Response.json({ id: 'c', model: 'm', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] }),
    );
  };
  const options = { apiKey: 'k', fetch };
  const majordomo = createMajordomo({
    providers: [createOpenAI({ ...options, api: 'chat' }), openaiCompatible(groq, options)],
    chain: { attempts: 1 },
  });
  const model = majordomo.model('openai/gpt-4.1,groq/llama-3.3-70b-versatile');
  const tools = [SALES, { ...SALES, name: 'costs' }];
  const { toolCalls, warnings, target } = await model.generate({ messages: [user('go')], tools });
  expect(target).toBe('groq/llama-3.3-70b-versatile');
  expect(toolCalls.map(({ name, programId }) => [name, programId])).toEqual([
    ['sales', undefined],
    ['sales', undefined],
  ]);
  expect(warnings.filter(({ action }) => action === 'coerced')).toMatchObject([
    { what: 'callers of sales, costs' },
  ]);
  expect(JSON.stringify(bodies)).not.toContain('allowed_callers');
});

it('an agent runs the calls of a program, and appends the messages of `steer` when it has ended', async () => {
  const { anthropic, majordomo } = world();
  const steering = ['Be brief.'];
  const ran: unknown[] = [];
  const sales = defineTool({
    name: 'sales',
    description: 'Sales of a region',
    parameters: { type: 'object', properties: { region: { type: 'string' } } },
    callers: ['program'],
    run: ({ region }) => {
      ran.push(region);
      return '1';
    },
  });
  const agent = createAgent({
    model: majordomo.model(CLAUDE),
    tools: [sales],
    steer: ({ steps }) => (steps === 0 ? [] : steering.splice(0).map((text) => user(text))),
  });
  const { text, state } = await agent.run('Sum the sales.');
  expect(text).toBe('The sum is 6.');
  expect(ran).toEqual(['r1', 'r2', 'r3']);
  expect(anthropic.bodies.length).toBe(4);
  expect(steering).toEqual(['Be brief.']);
  expect(state.warnings ?? []).toEqual([]);
});
