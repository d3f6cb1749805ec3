import assert from 'node:assert/strict';
import {
  type ChainOptions,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  createMajordomo,
  type Majordomo,
  type Model,
  type Provider,
  type StreamEvent,
  type Timeouts,
  user,
} from '@majordomo/core';
import { eventOrderError } from '@majordomo/core/toolkit';
import { refusedURL } from '@majordomo/testing';
import type { Step } from '../../script/step.ts';
import { startWireServer, type WireServer } from '../../server/server.ts';
import { KEY } from '../bench.ts';
import type { Harness } from '../harness.ts';

/** What the sound target says. */
export const GOOD = 'Hello from the sound one.';

/** What the chain is asked. */
export const REQUEST: ChatRequest = { messages: [user('hi')] };

/** Two providers of the harness: a head that misbehaves and a sound one behind it. */
export interface ChainBench {
  readonly majordomo: Majordomo;
  readonly model: ChatModel;
  readonly head: WireServer;
  readonly sound: WireServer;
}

/**
 * Opens both servers, runs, and closes them. The timers apply to the head only, so that short ones cannot fail a sound
 * answer on a busy machine.
 */
export async function onChain(
  harness: Harness,
  step: Step | undefined,
  run: (bench: ChainBench) => Promise<void>,
  { timeouts, ...chain }: ChainOptions = {},
): Promise<void> {
  const { wire, model } = harness;
  const head = await startWireServer({ wire, script: () => step ?? 'nobody is here' });
  const sound = await startWireServer({ wire, script: () => GOOD });
  try {
    const headURL = step === undefined ? wire.baseURL(await refusedURL()) : head.baseURL;
    const providers = [
      renamed('head', await harness.open({ baseURL: headURL, server: head, apiKey: KEY }), timeouts),
      renamed('sound', await harness.open({ baseURL: sound.baseURL, server: sound, apiKey: KEY }), {}),
    ];
    const majordomo = createMajordomo({
      providers,
      random: () => 0.5,
      chain: { backoff: { baseMs: 20 }, ...chain },
    });
    await warmUp(majordomo, model, sound);
    await run({ majordomo, model: majordomo.model(`head/${model},sound/${model}`), head, sound });
  } finally {
    await Promise.all([head.close(), sound.close()]);
  }
}

/** Loads the SDK, so that it does not count against the head's timers. */
async function warmUp(majordomo: Majordomo, model: string, sound: WireServer): Promise<void> {
  await majordomo.model(`sound/${model}`).generate(REQUEST);
  assert.equal(sound.requests.length, 1);
}

/** Requests at the sound server besides the one that warmed it up. */
export const soundRequests = ({ sound }: ChainBench): number => sound.requests.length - 1;

const renamed = (id: string, provider: Provider, timeouts: Timeouts | undefined): Provider => ({
  spi: 1,
  id,
  model: (modelId) => hurried(provider.model(modelId), timeouts),
});

function hurried(model: Model, timeouts: Timeouts = {}): Model {
  return {
    id: model.id,
    wire: model.wire,
    families: model.families,
    capabilities: model.capabilities,
    timeouts: { ...model.timeouts, ...timeouts },
    isNonStreaming: (request) => model.isNonStreaming?.(request) ?? false,
    stream: (request, context) => model.stream(request, context),
  };
}

/** What a consumer of a stream is left with: parts since the last reset. */
export interface Shown {
  readonly text: string;
  readonly resets: readonly string[];
  readonly response: ChatResponse;
}

/** Reads a stream as a user interface does: text is appended, a reset drops what came before. */
export async function show(model: ChatModel): Promise<Shown> {
  const events: StreamEvent[] = [];
  const resets: string[] = [];
  let text = '';
  const stream = model.stream(REQUEST);
  for await (const event of stream) {
    events.push(event);
    if (event.type === 'text-delta') text += event.text;
    if (event.type === 'reset') {
      resets.push(event.target);
      text = '';
    }
  }
  assert.equal(
    eventOrderError(events),
    undefined,
    `the order of events is wrong: ${eventOrderError(events)}`,
  );
  return { text, resets, response: await stream.response() };
}
