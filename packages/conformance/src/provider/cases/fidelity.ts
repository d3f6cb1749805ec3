import assert from 'node:assert/strict';
import {
  assistant,
  type Capabilities,
  type ModelRequest,
  type ModelTool,
  toolResult,
  user,
} from '@majordomo/core';
import type { Collected } from '@majordomo/testing';
import type { Exchange } from '../../server/exchange.ts';
import { withBench, onlyRequest, chatRequest, succeeded } from '../bench.ts';
import type { Case, Harness } from '../harness.ts';
import { hasLeaf, leavesOf, assertInOrder } from './leaves.ts';

/** Sent request and its result. */
interface SentRequest {
  readonly exchange: Exchange;
  readonly result: Collected;
}

const WEATHER: ModelTool = {
  name: 'weather',
  description: 'Tells the weather-8a1.',
  parameters: {
    type: 'object',
    properties: {
      city: { type: 'string', description: 'A city-8b2.' },
      days: { type: 'integer', description: 'From now on-8c3.' },
    },
    required: ['city', 'days'],
    additionalProperties: false,
  },
};

const TIDES: ModelTool = { ...WEATHER, name: 'tides', description: 'Tells the tides-8d4.' };

const PICTURE = Uint8Array.from([
  137,
  80,
  78,
  71,
  13,
  10,
  26,
  10,
  ...Array.from({ length: 64 }, (_, n) => n),
]);

type RequestSource = ModelRequest | ((capabilities: Capabilities) => ModelRequest);

async function sendAll(
  harness: Harness,
  requests: readonly RequestSource[],
): Promise<readonly SentRequest[]> {
  const sent: SentRequest[] = [];
  await withBench(
    harness,
    () => 'ok',
    async ({ generate, model, server }) => {
      for (const each of requests) {
        const request = typeof each === 'function' ? each(model.capabilities) : each;
        const result = succeeded(await generate(request));
        sent.push({ result, exchange: onlyRequest(server, sent.length + 1) });
      }
    },
  );
  return sent;
}

async function sendOne(harness: Harness, request: RequestSource): Promise<SentRequest> {
  const [sent] = await sendAll(harness, [request]);
  assert.ok(sent);
  return sent;
}

const hasWarning = ({ result }: SentRequest, field: RegExp): boolean =>
  result.warnings.some(({ what, why }) => field.test(what) || field.test(why));

/** Asserts that each variant changes the body or emits a warning about the field. */
async function assertEffect(
  harness: Harness,
  base: ModelRequest,
  variants: readonly Partial<ModelRequest>[],
  field: RegExp,
  isOfCore: (capabilities: Capabilities) => boolean = () => false,
): Promise<void> {
  const spared: boolean[] = [];
  const [plain, ...others] = await sendAll(harness, [
    base,
    ...variants.map((more) => (capabilities: Capabilities): ModelRequest => {
      spared.push(isOfCore(capabilities));
      return isOfCore(capabilities) ? base : { ...base, ...more };
    }),
  ]);
  if (spared.includes(true)) return;
  assert.ok(plain);
  const said = others.map((sent, index) => {
    if (hasWarning(sent, field)) return undefined;
    const asked = JSON.stringify(variants[index]);
    assert.notDeepEqual(
      sent.exchange.body,
      plain.exchange.body,
      `${asked} changes nothing, and no warning says so`,
    );
    return JSON.stringify(sent.exchange.body);
  });
  const told = said.filter((body) => body !== undefined);
  assert.equal(
    new Set(told).size,
    told.length,
    `two of ${JSON.stringify(variants)} are the same on the wire`,
  );
}

/** Sampling settings, one per request, so that each one is checked separately. */
const SAMPLING: readonly (readonly [more: Partial<ModelRequest>, leaf: unknown, field: RegExp])[] = [
  [{ temperature: 0.53 }, 0.53, /temperature/i],
  [{ topP: 0.83 }, 0.83, /top.?p/i],
  [{ seed: 918273 }, 918273, /seed/i],
  [{ stop: ['STOP-9a1', 'STOP-9b2'] }, 'STOP-9b2', /stop/i],
];

async function checkSampling(harness: Harness): Promise<void> {
  for (const [more, leaf, field] of SAMPLING) {
    const sent = await sendOne(harness, chatRequest('hi', more));
    assert.ok(
      hasLeaf(sent.exchange.body, leaf) || hasWarning(sent, field),
      `${JSON.stringify(more)} is not in the body, and no warning says so`,
    );
  }
  // Falsy values are settings too.
  await assertEffect(harness, chatRequest('hi'), [{ temperature: 0 }], /temperature/i);
  await assertEffect(harness, chatRequest('hi'), [{ seed: 0 }], /seed/i);
}

const SAMPLING_KEY = /^(?:temperature|top_?[pk]|seed|stop|stop_?sequences|(?:presence|frequency)_?penalty)$/i;

/** Vendors can require a token limit, but no other setting. */
async function checkNothingAdded(harness: Harness): Promise<void> {
  const [first, second, plain] = await sendAll(harness, [
    chatRequest('one', { system: 'Be brief-5a1.' }),
    chatRequest('two', { system: 'Be kind-5b2.' }),
    chatRequest('hi'),
  ]);
  assert.ok(first && second && plain);
  assert.equal(first.exchange.request.system, 'Be brief-5a1.');
  assert.equal(second.exchange.request.system, 'Be kind-5b2.');
  const { body, request } = plain.exchange;
  const { system, tools, toolCalls, images, output, maxTokens } = request;
  assert.deepEqual({ system, tools, toolCalls, images, output }, EMPTY_REQUEST, 'something was added');
  assert.equal(request.messages.length, 1, 'messages were added');
  assert.deepEqual(plain.result.warnings, [], 'a warning tells of nothing');
  const unasked = leavesOf(body).filter(({ key }) => SAMPLING_KEY.test(key));
  assert.deepEqual(unasked, [], 'sampling was set that nobody asked for');
  if (maxTokens !== undefined) {
    const { [limitIn(body, maxTokens)]: _limit, ...rest } = body as Record<string, unknown>;
    assert.notDeepEqual(harness.wire.validate(rest), [], 'a limit was set that nobody asked for');
  }
}

/** Concurrent calls of one provider must not mix their requests. */
const checkConcurrentCalls = (harness: Harness): Promise<void> =>
  withBench(
    harness,
    () => 'ok',
    async ({ generate, server }) => {
      const texts = ['left-5c1', 'right-5c2', 'middle-5c3'];
      for (const result of await Promise.all(texts.map((text) => generate(chatRequest(text)))))
        succeeded(result);
      const said = server.requests.map(({ body }) =>
        texts.filter((text) => JSON.stringify(body).includes(text)),
      );
      assert.deepEqual(said.flat().sort(), texts.toSorted(), 'calls side by side sent what another one says');
    },
  );

const EMPTY_REQUEST = { system: '', tools: [], toolCalls: [], images: [], output: undefined };

const limitIn = (body: unknown, limit: number): string =>
  Object.entries(Object(body) as object).find(([, value]) => value === limit)?.[0] ?? '';

/** The complete request reaches the wire, and nothing else. */
export const fidelityCases: readonly Case[] = [
  {
    name: 'every text of a conversation reaches the wire, once and in order',
    scenario: 'request-history',
    async run(harness) {
      // Space that means something, and letters that normalisation would change.
      const first = ' first-7a1:\n\tif  a\r\n\n  e\u0301 ';
      const messages = [user(first, 'second-7b2'), assistant('third-7c3'), user('fourth-7d4')];
      const { exchange } = await sendOne(harness, chatRequest('', { messages }));
      assertInOrder(exchange.body, [first, 'second-7b2', 'third-7c3', 'fourth-7d4']);
    },
  },
  {
    name: 'a tool reaches the wire with its description and its whole schema',
    scenario: 'request-tools',
    async run(harness) {
      const { exchange } = await sendOne(harness, chatRequest('Is it warm?', { tools: [WEATHER, TIDES] }));
      assert.deepEqual(exchange.request.tools, ['weather', 'tides']);
      assertInOrder(exchange.body, ['weather-8a1', 'tides-8d4']);
      const text = JSON.stringify(exchange.body);
      for (const piece of ['city-8b2', 'now on-8c3', '"city"', '"days"', '"required"']) {
        assert.equal(text.split(piece).length >= 3, true, `${piece} is not said of both tools`);
      }
      assert.match(text, /"integer"/i, 'the types are lost');
    },
  },
  {
    name: 'a choice of tools reaches the wire, or a warning says that it cannot',
    scenario: 'request-tool-choice',
    run: (harness) =>
      assertEffect(
        harness,
        chatRequest('Is it warm?', { tools: [WEATHER, TIDES] }),
        [{ toolChoice: 'required' }, { toolChoice: 'none' }, { toolChoice: { name: 'tides' } }],
        /tool/i,
      ),
  },
  {
    name: 'sampling reaches the wire, or a warning says that it cannot',
    scenario: 'request-sampling',
    run: checkSampling,
  },
  {
    name: 'an effort reaches the wire, or a warning says that it cannot',
    scenario: 'request-effort',
    run: (harness) =>
      assertEffect(
        harness,
        chatRequest('hi', { maxTokens: 30_000 }),
        [{ reasoning: 'low' }, { reasoning: 'high' }],
        /reason|effort|think/i,
        // Core drops it, with a warning.
        ({ reasoning }) => reasoning === false,
      ),
  },
  {
    name: 'a wish for caching reaches the wire, or a warning says that it cannot',
    scenario: 'request-cache',
    run: (harness) =>
      assertEffect(
        harness,
        chatRequest('hi', { system: 'A long text that comes again. '.repeat(400), cache: 'none' }),
        [{ cache: 'short' }, { cache: 'long' }],
        /cache/i,
      ),
  },
  {
    name: 'nothing reaches the wire that nobody asked for',
    scenario: 'request-nothing-added',
    async run(harness) {
      await checkNothingAdded(harness);
      await checkConcurrentCalls(harness);
    },
  },
  {
    name: 'a result of a tool reaches the wire whole, with its images',
    scenario: 'tool-result-content',
    async run(harness) {
      const call = {
        type: 'tool-call',
        id: 'call_1',
        name: 'weather',
        args: { city: 'Oslo', days: 1 },
      } as const;
      const long = `begin-6a1 ${'sun, rain, '.repeat(800)} end-6b2`;
      const texts = [long, 'more-6c3'].map((text) => ({ type: 'text', text }) as const);
      const picture = { type: 'image', mediaType: 'image/png', bytes: PICTURE } as const;
      let expected: readonly object[] = [];
      const sent = await sendOne(harness, ({ images }) => {
        // Core keeps images from a model that takes none.
        const pictures = images === false ? [] : [picture];
        expected = pictures.map(({ mediaType, bytes }) => ({ mediaType, bytes }));
        const result = toolResult({ callId: 'call_1', name: 'weather', content: [...texts, ...pictures] });
        const messages = [user('Is it warm?'), assistant([call]), result] as ModelRequest['messages'];
        return chatRequest('', { messages, tools: [WEATHER] });
      });
      assertInOrder(sent.exchange.body, [long, 'more-6c3']);
      const { images } = sent.exchange.request;
      if (!hasWarning(sent, /image/i)) assert.deepEqual(images, expected);
    },
  },
];
