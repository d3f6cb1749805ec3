import assert from 'node:assert/strict';
import {
  type ChatRequest,
  type ChatResponse,
  createMajordomo,
  type Model,
  type ModelContext,
  type ModelRequest,
  type Provider,
} from '@majordomo/core';
import { eventOrderError } from '@majordomo/core/toolkit';
import { collect, type Collected, type OnStep } from '@majordomo/testing';
import { inspect } from 'node:util';
import type { Step } from '../script/step.ts';
import type { Exchange } from '../server/exchange.ts';
import { type Script, startWireServer, type WireServer, type WireServerOptions } from '../server/server.ts';
import type { Harness } from './harness.ts';

/** Image with the signature of PNG and every byte value. */
export const PICTURE: Uint8Array = Uint8Array.from([
  ...Buffer.from('89504e470d0a1a0a', 'hex'),
  ...Array.from({ length: 256 }, (_, n) => n),
]);

/** API key of all calls. No error may contain it. */
export const KEY = 'sk-conformance-0123456789abcdef';

type Delivery = ModelContext['delivery'];

/** Provider, its model and a server for one case. */
export interface Bench {
  readonly server: WireServer;
  readonly provider: Provider;
  readonly model: Model;
  readonly target: string;
  /** Returns the possible deliveries of a request: `deltas`, and `complete` if the model supports non-streaming requests. */
  readonly deliveries: (request?: ModelRequest) => readonly Delivery[];
  readonly generate: (request?: ModelRequest, options?: BenchCallOptions) => Promise<Collected>;
  readonly context: (options?: BenchCallOptions) => ModelContext;
}

interface BenchCallOptions {
  readonly delivery?: Delivery | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: OnStep | undefined;
}

type ServerOptions = Omit<WireServerOptions, 'wire' | 'script'>;

/** Starts a server with a script and a provider, runs the case and closes the server. */
export async function withBench(
  harness: Harness,
  script: Script,
  run: (bench: Bench) => Promise<void>,
  options: ServerOptions = {},
): Promise<void> {
  const server = await startWireServer({ ...options, wire: harness.wire, script });
  try {
    const provider = await harness.open({ baseURL: server.baseURL, server, apiKey: KEY });
    await run(createBench(harness, provider, server));
  } finally {
    await server.close();
  }
}

/**
 * Sends a request in every delivery to a server that answers with `step`, and runs a check of each result. Asserts that a call sends
 * one request.
 */
export const inEveryDelivery = (
  harness: Harness,
  step: Step,
  check: (result: Collected, bench: Bench) => void,
  request: ModelRequest = chatRequest('hi'),
): Promise<void> =>
  withBench(
    harness,
    () => step,
    async (bench) => {
      for (const [n, delivery] of bench.deliveries(request).entries()) {
        const result = await bench.generate(request, { delivery });
        try {
          check(result, bench);
          assert.equal(bench.server.requests.length, n + 1, 'the provider repeated the request');
        } catch (error) {
          if (error instanceof Error) error.message = `delivery ${delivery}: ${error.message}`;
          throw error;
        }
      }
    },
  );

/** Creates the bench of an existing provider. */
export function createBench({ model: id }: Harness, provider: Provider, server: WireServer): Bench {
  const model = provider.model(id);
  const target = `${provider.id}/${id}`;
  const context = ({ delivery = 'deltas', signal }: BenchCallOptions = {}): ModelContext => ({
    target,
    delivery,
    signal: signal ?? new AbortController().signal,
    env: {},
  });
  return {
    server,
    provider,
    model,
    target,
    context,
    deliveries: (request = chatRequest('hi')) =>
      model.isNonStreaming?.(request) === true ? ['deltas', 'complete'] : ['deltas'],
    async generate(request = chatRequest('hi'), options = {}) {
      const result = await collect(model, request, context(options), options.onStep);
      checkEvents(result, options.onStep !== undefined);
      return result;
    },
  };
}

function checkEvents({ events, error }: Collected, mayLeave: boolean): void {
  const fault = eventOrderError(events);
  const isCutShort = fault === 'no finish' && (error !== undefined || mayLeave);
  // A call that failed, or that the case may have stopped reading, needs no `finish` event.
  if (!isCutShort) assert.equal(fault, undefined, `the order of events is wrong: ${fault}`);
  checkDeltas(events);
}

/** Asserts that the deltas of each part, when joined, are the part's text or arguments. */
function checkDeltas(events: Collected['events']): void {
  const shown = new Map<number, string>();
  for (const event of events) {
    if (event.type === 'text-delta' || event.type === 'reasoning-delta')
      shown.set(event.index, (shown.get(event.index) ?? '') + event.text);
    if (event.type === 'args-delta') shown.set(event.index, (shown.get(event.index) ?? '') + event.json);
    if (event.type === 'part-end') checkShown(event.part, shown.get(event.index) ?? '');
  }
}

function checkShown(part: Collected['parts'][number], shown: string): void {
  if (part.type === 'vendor' || part.type === 'vendor-call' || part.type === 'image' || part.type === 'audio')
    assert.equal(shown, '', `a ${part.type} part has no deltas`);
  else if (part.type !== 'tool-call')
    assert.equal(shown, part.text, `the deltas of a ${part.type} part are not its text`);
  else if (part.invalid !== undefined)
    assert.equal(shown, part.invalid.raw, 'the deltas of a tool call are not its arguments');
  else
    assert.deepEqual(JSON.parse(shown || '{}'), part.args, 'the deltas of a tool call are not its arguments');
}

/** Creates a request with one user message. `more` adds or replaces fields. */
export function chatRequest(text: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
    tools: [],
    output: undefined,
    extra: {},
    ...more,
  };
}

/** Returns the result of a call. Throws the call's error if the call failed. */
export function succeeded(result: Collected): Collected {
  if (result.error !== undefined) throw result.error;
  assert.notEqual(result.finish, undefined, 'the stream ended without a finish');
  return result;
}

/** Returns the error of a call that must fail with one of these kinds. */
export function failed(result: Collected, ...kinds: readonly string[]): NonNullable<Collected['error']> {
  assert.ok(
    result.error,
    `the call succeeded, expected ${kinds.join(' or ')}: ${JSON.stringify(result.parts)}`,
  );
  const { kind, message } = result.error;
  assert.ok(kinds.includes(kind), `kind "${kind}", expected ${kinds.join(' or ')}: ${message}`);
  return result.error;
}

/** Asserts that an error does not contain the API key, wherever it could be printed. */
export function assertNoKey(error: Error): void {
  const shown = `${inspect(error, { depth: 10, showHidden: true, customInspect: false })} ${JSON.stringify(error)} ${error.stack}`;
  assert.ok(!shown.includes(KEY), 'the error contains the API key');
}

/** Asserts that `count` requests were sent, and that the last one satisfies the wire's rules. Returns the last one. */
export function assertSent(server: WireServer, count = 1): Exchange {
  assert.equal(server.requests.length, count, `${server.requests.length} requests, expected ${count}`);
  const last = server.requests.at(-1);
  assert.ok(last);
  assert.deepEqual(last.violations, [], 'the request violates a rule of the wire');
  return last;
}

/** Maximum time until a client closes its socket, in milliseconds, which is enough for a busy machine. */
const CLOSES_WITHIN_MS = 10_000;

/** Waits until the exchange has ended, for at most ten seconds. Throws if the client has not closed its socket. */
export async function waitForClientClose(exchange: Exchange): Promise<void> {
  await Promise.race([
    exchange.ended,
    new Promise((resolve) => setTimeout(resolve, CLOSES_WITHIN_MS).unref()),
  ]);
  assert.equal(
    exchange.outcome,
    'left',
    `the socket is ${exchange.outcome}, expected the client to have closed it`,
  );
}

/** Runs a case with a chain of one target. The chain repeats a rejected request with the changes that the provider returns. */
export const onTarget = (
  harness: Harness,
  script: Script,
  run: (generate: (request: ChatRequest) => Promise<ChatResponse>, server: WireServer) => Promise<void>,
): Promise<void> =>
  withBench(harness, script, async ({ provider, server, target }) => {
    const model = createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model(target);
    await run((request) => model.generate(request), server);
  });
