import {
  createMajordomo,
  toolResult,
  user,
  type JsonObject,
  type Majordomo,
  type Message,
  type StreamEvent,
  type ToolSpec,
} from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { startFaultyServer, type FaultyServer, type ScriptedResponse } from '@majordomo/testing';
import type { Timeline } from './timeline.ts';

/** Server of two simulated vendors on 127.0.0.1, and a majordomo that calls them. Each model has a queue of responses. */
export interface Stage {
  readonly server: FaultyServer;
  readonly majordomo: Majordomo;
  close(): Promise<void>;
}

/** Timeout of the first vendor. It must be long enough to load the SDK on a busy machine. */
const SILENCE = { completeMs: 1000 };

const OVERLOADED = { status: 529, message: 'Overloaded' };
const UNAVAILABLE = { status: 503, message: 'The server is temporarily unavailable' };

/** Time between two events of a stream, in milliseconds. */
const everyMs = 12;

function queues(): Record<string, ScriptedResponse[]> {
  return {
    'gpt-head': [OVERLOADED, { text: '', delayMs: Infinity }],
    'claude-tail': ['This is the second model.', 'The second model answers again.'],
    'claude-cut': [{ cutAfter: 'A butler is a ser', everyMs }],
    'gpt-whole': [{ text: 'A butler runs the house, so that its people can live in it.', everyMs }],
    // Each target is tried twice, so after two failures the chain calls the next target.
    'gpt-tools': [{ toolCalls: [{ name: 'weather', args: { city: 'Oslo' } }] }, UNAVAILABLE, UNAVAILABLE],
    'claude-tools': ['It is 4 °C and snowing in Oslo: take the boots.'],
    'claude-typed': ['{"title":"Onion soup","minutes":45,"steps":["Slice","Simmer"]}'],
  };
}

/** Starts the server. `timeouts` are those of the first vendor, which is silent once. */
export async function openStage(
  timeline: Timeline,
  timeouts: { readonly completeMs: number } = SILENCE,
): Promise<Stage> {
  const scripts = queues();
  const server = await startFaultyServer(
    ({ model }) => scripts[model]?.shift() ?? { status: 400, message: `no scene calls ${model} again` },
  );
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey: 'demo', baseURL: server.openaiBaseURL, api: 'chat', timeouts }),
      createAnthropic({ apiKey: 'demo', baseURL: server.anthropicBaseURL }),
    ],
    aliases: { house: 'anthropic/claude-tail' },
    chain: { backoff: { baseMs: 80 } },
    onEvent: timeline.onEvent,
  });
  return { server, majordomo, close: () => server.close() };
}

export async function playScenes(
  { majordomo }: Stage,
  timeline: Timeline,
  signal: AbortSignal,
): Promise<void> {
  await failover(majordomo, timeline, signal);
  await restart(majordomo, timeline, signal);
  await toolAcrossVendors(majordomo, timeline, signal);
  await typedObject(majordomo, timeline, signal);
}

async function failover(majordomo: Majordomo, { title, say }: Timeline, signal: AbortSignal): Promise<void> {
  title('1  The first target is overloaded, then silent; the next call skips it');
  const model = majordomo.model('openai/gpt-head,house');
  for (const question of ['Hello?', 'And now?']) {
    const { text } = await model.generate({ messages: [user(question)], maxTokens: 100 }, { signal });
    say('answer', text);
  }
}

async function restart(majordomo: Majordomo, { title, say }: Timeline, signal: AbortSignal): Promise<void> {
  title('2  A stream breaks off in the middle; the answer starts again');
  const model = majordomo.model('anthropic/claude-cut,openai/gpt-whole');
  const request = { messages: [user('What is a butler?')], maxTokens: 100 };
  // With one attempt per target, the second vendor answers after the cut.
  await sayAnswer(model.stream(request, { signal, afterCommit: 'restart', attempts: 1 }), say);
}

/** Prints the answer of a stream, and before it each text that a restart dropped. */
export async function sayAnswer(stream: AsyncIterable<StreamEvent>, say: Timeline['say']): Promise<void> {
  let shown = '';
  for await (const event of stream) {
    if (event.type === 'text-delta') shown += event.text;
    if (event.type !== 'reset') continue;
    say('dropped', shown);
    shown = '';
  }
  say('answer', shown);
}

const weather: ToolSpec = {
  name: 'weather',
  description: 'The weather in a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

async function toolAcrossVendors(
  majordomo: Majordomo,
  { title, say }: Timeline,
  signal: AbortSignal,
): Promise<void> {
  title('3  One vendor calls a tool, the other vendor answers');
  const model = majordomo.model('openai/gpt-tools,anthropic/claude-tools');
  const messages: Message[] = [user('Which shoes for Oslo?')];
  const first = await model.generate({ messages, tools: [weather], maxTokens: 100 }, { signal });
  messages.push(first.message);
  for (const { id, name, args } of first.toolCalls) {
    say('tool', `${name}(${JSON.stringify(args)}) → -4 to 4 °C, snow`);
    messages.push(toolResult({ callId: id, name, content: '-4 to 4 °C, snow' }));
  }
  const second = await model.generate({ messages, tools: [weather], maxTokens: 100 }, { signal });
  say('answer', second.text);
}

const recipe: JsonObject = {
  type: 'object',
  properties: {
    title: { type: 'string' },
    minutes: { type: 'number' },
    steps: { type: 'array', items: { type: 'string' } },
  },
  required: ['title', 'minutes', 'steps'],
  additionalProperties: false,
};

async function typedObject(
  majordomo: Majordomo,
  { title, say }: Timeline,
  signal: AbortSignal,
): Promise<void> {
  title('4  An answer that matches a schema');
  const { value } = await majordomo
    .model('anthropic/claude-typed')
    .generateObject({ messages: [user('Soup?')], output: recipe, maxTokens: 200 }, { signal });
  say('value', JSON.stringify(value));
}
