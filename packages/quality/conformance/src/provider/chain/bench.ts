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
import { KEY, onTarget } from '../bench.ts';
import type { Harness } from '../harness.ts';

/** Text that the fallback target returns. */
export const FALLBACK_TEXT = 'Hello from the fallback.';

/** Request that all chain cases send. */
export const REQUEST: ChatRequest = { messages: [user('hi')] };

/** Chain of two targets: the first with a fault, and the fallback without a fault. The harness opens both providers. */
export interface ChainBench {
  readonly majordomo: Majordomo;
  readonly model: ChatModel;
  readonly first: WireServer;
  readonly fallback: WireServer;
}

/**
 * Starts both servers, runs the case and closes the servers. The timeouts apply only to the first target, so that the fallback
 * does not fail on a busy machine.
 */
export async function onChain(
  harness: Harness,
  step: Step | undefined,
  run: (bench: ChainBench) => Promise<void>,
  { timeouts, ...chain }: ChainOptions = {},
): Promise<void> {
  const { wire, model } = harness;
  await warmUp(harness);
  const first = await startWireServer({ wire, script: () => step ?? 'unused' });
  const fallback = await startWireServer({ wire, script: () => FALLBACK_TEXT });
  try {
    const firstURL = step === undefined ? wire.baseURL(await refusedURL()) : first.baseURL;
    const providers = [
      withId('first', await harness.open({ baseURL: firstURL, server: first, apiKey: KEY }), timeouts),
      withId(
        'fallback',
        await harness.open({ baseURL: fallback.baseURL, server: fallback, apiKey: KEY }),
        {},
      ),
    ];
    const majordomo = createMajordomo({
      providers,
      // Waits before retries have no random part, so that all runs are equal.
      random: () => 0.5,
      chain: { backoff: { baseMs: 20 }, ...chain },
    });
    await run({ majordomo, model: majordomo.model(`first/${model},fallback/${model}`), first, fallback });
  } finally {
    await Promise.all([first.close(), fallback.close()]);
  }
}

/** Requests that load the SDK of a harness. */
const loaded = new WeakMap<Harness, Promise<void>>();

/** Loads the SDK once per harness with a request, so that the timeouts of the cases do not include the loading. */
function warmUp(harness: Harness): Promise<void> {
  const loading =
    loaded.get(harness) ??
    onTarget(harness, [FALLBACK_TEXT], async (generate) => {
      await generate(REQUEST);
    });
  loaded.set(harness, loading);
  return loading;
}

const withId = (id: string, provider: Provider, timeouts: Timeouts | undefined): Provider => ({
  spi: 1,
  id,
  model: (modelId, env) => withTimeouts(provider.model(modelId, env), timeouts),
});

function withTimeouts(model: Model, timeouts: Timeouts = {}): Model {
  // A spread would omit the methods of a model that is an instance of a class.
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

/** Result of reading a stream to its end. `text` is the text since the last reset. */
export interface ConsumerResult {
  readonly text: string;
  readonly resets: readonly string[];
  readonly response: ChatResponse;
}

/** Reads a stream as a user interface does: appends each text delta, and discards the text at a reset. */
export async function consume(model: ChatModel): Promise<ConsumerResult> {
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
