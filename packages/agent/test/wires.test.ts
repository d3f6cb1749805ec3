import { createMajordomo, user, type Message, type Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createGoogle } from '@majordomo/provider-google';
import { createOllama } from '@majordomo/provider-ollama';
import { createOpenAI, deepseek, mistral, openaiCompatible } from '@majordomo/provider-openai';
import {
  anthropicMessages,
  bedrockConverse,
  chatDialects,
  geminiGenerate,
  ollamaChat,
  openaiChatWire,
  startWireServer,
  type Answer,
  type Step,
  type Wire,
  type WireServer,
} from '@majordomo/testing';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, describe, expect, it } from 'vitest';
import { createAgent, type Tool } from '../src/index.ts';
import { faultOf, resultTexts } from './support/world.ts';

interface Vendor {
  readonly wire: Wire;
  /** Claude's signatures hold at both of its vendors; the wire server's each know only their own. */
  readonly signatures?: 'any';
  readonly model: string;
  open(baseURL: string): Provider;
}

const dialect = (name: string): Wire => openaiChatWire(chatDialects[name] ?? { name });
const apiKey = 'sk-test';

const vendors: Readonly<Record<string, Vendor>> = {
  openai: {
    wire: dialect('openai'),
    model: 'gpt-4o-mini',
    open: (baseURL) => createOpenAI({ api: 'chat', baseURL, apiKey }),
  },
  deepseek: {
    wire: dialect('deepseek'),
    model: 'deepseek-reasoner',
    open: (baseURL) => openaiCompatible(deepseek, { baseURL, apiKey }),
  },
  mistral: {
    wire: dialect('mistral'),
    model: 'm',
    open: (baseURL) => openaiCompatible(mistral, { baseURL, apiKey }),
  },
  anthropic: {
    wire: anthropicMessages,
    signatures: 'any',
    model: 'claude-haiku-4-5',
    open: (baseURL) => createAnthropic({ baseURL, apiKey }),
  },
  google: {
    wire: geminiGenerate,
    model: 'gemini-2.5-pro',
    open: (baseURL) => createGoogle({ baseURL, apiKey }),
  },
  ollama: { wire: ollamaChat, model: 'qwen3:4b', open: (baseURL) => createOllama({ baseURL, apiKey }) },
  bedrock: {
    wire: bedrockConverse,
    signatures: 'any',
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    open: (baseURL) =>
      createBedrock({ baseURL, apiKey, region: 'us-east-1', requestHandler: () => new NodeHttpHandler() }),
  },
};
const names = Object.keys(vendors);

const call = (name: string) => ({ type: 'tool-call', name, json: `{"what":"${name}"}` }) as const;
const think = { type: 'reasoning', text: 'Let me see.' } as const;
const parallel: Answer = { parts: [think, call('look'), call('fail'), call('look')] };
const DONE = 'All done.';

const parameters = { type: 'object', properties: { what: { type: 'string' } }, required: ['what'] };
const tools: readonly Tool[] = [
  { name: 'look', description: 'Looks', parameters, run: () => 'seen' },
  {
    name: 'fail',
    description: 'Fails',
    parameters,
    run: () => {
      throw new Error('no');
    },
  },
];

const servers: WireServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A vendor that plays a script, as `<id>/<model>`. */
async function play(vendor: string, id: string, script: readonly Step[]) {
  const { wire, model, open, signatures } = vendors[vendor] as Vendor;
  const server = await startWireServer({ wire, script, validate: { signatures } });
  servers.push(server);
  return { server, provider: { ...open(server.baseURL), id }, spec: `${id}/${model}` };
}

const violations = ({ requests }: WireServer) => requests.flatMap((exchange) => exchange.violations);

/** The same task: a call, parallel calls with one that fails, a switch of vendor in the middle and back, an answer. */
async function task(first: string, second: string, streamed: boolean) {
  const a = await play(first, 'a', [
    { parts: [think, { type: 'text', text: 'I look.' }, call('look')] },
    parallel,
    { failure: 'server' },
    DONE,
  ]);
  const b = await play(second, 'b', [parallel]);
  const model = createMajordomo({ providers: [a.provider, b.provider], chain: { attempts: 1 } }).model(
    `${a.spec},${b.spec}`,
  );
  const agent = createAgent({ model, tools, instructions: 'Be brief.' });
  const result = await (streamed ? agent.stream('Do it.').result() : agent.run('Do it.'));
  return { result, servers: [a.server, b.server] };
}

const RESULTS = [
  'seen',
  ...['seen', '!The tool failed: no', 'seen'],
  ...['seen', '!The tool failed: no', 'seen'],
];

describe.each(names)('a run that begins on %s', (first) => {
  const transcripts: Message[][] = [];

  it.each(names)('goes over to %s in the middle and comes back', async (second) => {
    for (const streamed of [false, true]) {
      const { result, servers: asked } = await task(first, second, streamed);
      expect([result.text, result.done, faultOf(result.messages)]).toEqual([DONE, 'answered', undefined]);
      expect(resultTexts(result.messages)).toEqual(RESULTS);
      expect(asked.map((server) => server.requests.length)).toEqual([4, 1]);
      expect(asked.flatMap(violations)).toEqual([]);
      transcripts.push([...result.messages]);
    }
  });

  it.each(names)('leaves transcripts that %s takes', async (third) => {
    expect(transcripts).toHaveLength(names.length * 2);
    const { server, provider, spec } = await play(
      third,
      'c',
      transcripts.map(() => 'Thanks.'),
    );
    const model = createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model(spec);
    for (const messages of transcripts) {
      const response = await model.generate({ messages: [...messages, user('Thanks!')], tools });
      expect(response.text).toBe('Thanks.');
    }
    expect(violations(server)).toEqual([]);
  });
});
