import assert from 'node:assert/strict';
import {
  assistant,
  type Capabilities,
  file,
  type ModelRequest,
  type ModelTool,
  type ToolCallPart,
  toolResult,
  user,
} from '@majordomo/core';
import type { Collected } from '@majordomo/testing';
import type { Exchange } from '../../server/exchange.ts';
import { assertSent, chatRequest, PICTURE, succeeded, withBench } from '../bench.ts';
import { type Case, type Harness, testCase } from '../harness.ts';
import { hasLeaf, leavesOf, assertInOrder } from './leaves.ts';

const NONE_CACHE = { prefix: 'none', messages: 'none', after: 0, key: 'k' } as const;
const SHORT_CACHE = { prefix: 'short', messages: 'short', after: 0, key: 'k' } as const;
const LONG_CACHE = { prefix: 'long', messages: 'long', after: 0, key: 'k' } as const;

/** Request that the server received, with the result of its call. */
interface SentRequest {
  readonly exchange: Exchange;
  readonly result: Collected;
}

// Codes such as `8a1` make each text unique, so that the request contains it only where the provider has put it.
const WEATHER: ModelTool = {
  name: 'weather',
  description: 'Returns the weather-8a1.',
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

const TIDES: ModelTool = { ...WEATHER, name: 'tides', description: 'Returns the tides-8d4.' };

const PDF = new TextEncoder().encode('%PDF-1.4 report-9a1');

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
        sent.push({ result, exchange: assertSent(server, sent.length + 1) });
      }
    },
  );
  return sent;
}

/** Asserts that the request contains the PDF of a tool result, if the model's capabilities declare PDFs in tool results. */
async function checkResultDocument(harness: Harness, call: ToolCallPart): Promise<void> {
  const accepted: boolean[] = [];
  const { exchange } = await sendOne(harness, ({ resultFiles = [] }) => {
    const isAccepted = resultFiles.includes('application/pdf');
    accepted.push(isAccepted);
    const content = isAccepted ? [file(PDF, 'application/pdf', 'report.pdf')] : 'no document';
    const result = toolResult({ callId: call.id, name: call.name, content });
    return chatRequest('', { messages: [user('Read it.'), assistant([call]), result], tools: [WEATHER] });
  });
  if (accepted.includes(true)) assertInOrder(exchange.body, [Buffer.from(PDF).toString('base64')]);
}

async function sendOne(harness: Harness, request: RequestSource): Promise<SentRequest> {
  const [sent] = await sendAll(harness, [request]);
  assert.ok(sent);
  return sent;
}

const hasWarning = ({ result }: SentRequest, field: RegExp): boolean =>
  result.warnings.some(({ what, why }) => field.test(what) || field.test(why));

/** Asserts that each variant of a request changes the body, or that a warning names the field. */
async function assertEffect(
  harness: Harness,
  base: ModelRequest,
  variants: readonly Partial<ModelRequest>[],
  field: RegExp,
  isDroppedByCore: (capabilities: Capabilities) => boolean = () => false,
): Promise<void> {
  const dropped: boolean[] = [];
  const [plain, ...others] = await sendAll(harness, [
    base,
    ...variants.map((more) => (capabilities: Capabilities): ModelRequest => {
      dropped.push(isDroppedByCore(capabilities));
      return isDroppedByCore(capabilities) ? base : { ...base, ...more };
    }),
  ]);
  if (dropped.includes(true)) return;
  assert.ok(plain);
  const bodies = others.map((sent, index) => {
    if (hasWarning(sent, field)) return undefined;
    const variant = JSON.stringify(variants[index]);
    assert.notDeepEqual(
      sent.exchange.body,
      plain.exchange.body,
      `${variant} changes nothing without a warning`,
    );
    return JSON.stringify(sent.exchange.body);
  });
  const changed = bodies.filter((body) => body !== undefined);
  assert.equal(
    new Set(changed).size,
    changed.length,
    `two of ${JSON.stringify(variants)} lead to the same request`,
  );
}

/** Sampling settings. Each is sent in a separate request, so that it is checked separately. */
const SAMPLING: readonly (readonly [more: Partial<ModelRequest>, leaf: unknown, field: RegExp])[] = [
  [{ temperature: 0.53 }, 0.53, /temperature/i],
  [{ topP: 0.83 }, 0.83, /top.?p/i],
  [{ seed: 918273 }, 918273, /seed/i],
  [{ stop: ['STOP-9a1', 'STOP-9b2'] }, 'STOP-9b2', /stop/i],
];

/** Settings whose value is falsy. A provider that omits falsy values would send the same request as without them. */
const FALSY: readonly (readonly [more: Partial<ModelRequest>, field: RegExp])[] = [
  [{ temperature: 0 }, /temperature/i],
  [{ seed: 0 }, /seed/i],
];

async function checkSampling(harness: Harness): Promise<void> {
  const [plain, ...sent] = await sendAll(
    harness,
    [{}, ...SAMPLING.map(([more]) => more), ...FALSY.map(([more]) => more)].map((more) =>
      chatRequest('hi', more),
    ),
  );
  for (const [index, [more, leaf, field]] of SAMPLING.entries()) {
    const one = sent[index];
    assert.ok(
      one !== undefined && (hasLeaf(one.exchange.body, leaf) || hasWarning(one, field)),
      `${JSON.stringify(more)} is not in the body and has no warning`,
    );
  }
  for (const [index, [more, field]] of FALSY.entries()) {
    const one = sent[SAMPLING.length + index];
    assert.ok(one && plain);
    if (hasWarning(one, field)) continue;
    const message = `${JSON.stringify(more)} changes nothing without a warning`;
    assert.notDeepEqual(one.exchange.body, plain.exchange.body, message);
  }
}

const SAMPLING_KEY = /^(?:temperature|top_?[pk]|seed|stop|stop_?sequences|(?:presence|frequency)_?penalty)$/i;

/** Asserts that a request contains only the caller's settings. A token limit may be added, because some vendors require one. */
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
  assert.deepEqual(plain.result.warnings, [], 'an unnecessary warning');
  const added = leavesOf(body).filter(({ key }) => SAMPLING_KEY.test(key));
  assert.deepEqual(added, [], 'the provider added a sampling parameter');
  if (maxTokens !== undefined) {
    const { [limitIn(body, maxTokens)]: _limit, ...rest } = body as Record<string, unknown>;
    assert.notDeepEqual(harness.wire.validate(rest), [], 'the provider added a token limit');
  }
}

/** Asserts that a provider does not mix the requests of concurrent calls. */
const checkConcurrentCalls = (harness: Harness): Promise<void> =>
  withBench(
    harness,
    () => 'ok',
    async ({ generate, server }) => {
      const texts = ['left-5c1', 'right-5c2', 'middle-5c3'];
      for (const result of await Promise.all(texts.map((text) => generate(chatRequest(text)))))
        succeeded(result);
      const sent = server.requests.map(({ body }) =>
        texts.filter((text) => JSON.stringify(body).includes(text)),
      );
      assert.deepEqual(sent.flat().sort(), texts.toSorted(), 'concurrent calls mixed their texts');
    },
  );

const EMPTY_REQUEST = { system: '', tools: [], toolCalls: [], images: [], output: undefined };

const limitIn = (body: unknown, limit: number): string =>
  Object.entries(Object(body) as object).find(([, value]) => value === limit)?.[0] ?? '';

/** Cases that check that requests contain exactly the settings and content that the caller passes. */
export const fidelityCases: readonly Case[] = [
  testCase(
    'request-history',
    'the request contains every text of the conversation once and in order',
    async (harness) => {
      // The text contains whitespace and characters that normalization would change.
      const first = ' first-7a1:\n\tif  a\r\n\n  e\u0301 ';
      const messages = [user(first, 'second-7b2'), assistant('third-7c3'), user('fourth-7d4')];
      const { exchange } = await sendOne(harness, chatRequest('', { messages }));
      assertInOrder(exchange.body, [first, 'second-7b2', 'third-7c3', 'fourth-7d4']);
    },
  ),
  testCase(
    'request-tools',
    'the request contains the description and the complete schema of a tool',
    async (harness) => {
      const { exchange } = await sendOne(harness, chatRequest('Is it warm?', { tools: [WEATHER, TIDES] }));
      assert.deepEqual(exchange.request.tools, ['weather', 'tides']);
      assertInOrder(exchange.body, ['weather-8a1', 'tides-8d4']);
      const text = JSON.stringify(exchange.body);
      for (const piece of ['city-8b2', 'now on-8c3', '"city"', '"days"', '"required"']) {
        // Two occurrences divide the text into three.
        assert.equal(text.split(piece).length >= 3, true, `${piece} is not in the schemas of both tools`);
      }
      assert.match(text, /"integer"/i, 'the types are missing');
    },
  ),
  testCase('request-tool-choice', 'the request contains the tool choice, or a warning names it', (harness) =>
    assertEffect(
      harness,
      chatRequest('Is it warm?', { tools: [WEATHER, TIDES] }),
      [{ toolChoice: 'required' }, { toolChoice: 'none' }, { toolChoice: { name: 'tides' } }],
      /tool/i,
    ),
  ),
  testCase(
    'request-sampling',
    'the request contains the sampling parameters, or a warning names them',
    checkSampling,
  ),
  testCase('request-effort', 'the request contains the reasoning effort, or a warning names it', (harness) =>
    assertEffect(
      harness,
      chatRequest('hi', { maxTokens: 30_000 }),
      [{ reasoning: 'low' }, { reasoning: 'high' }],
      /reason|effort|think/i,
      // If the model does not support reasoning, core drops the setting with a warning before the provider is called.
      ({ reasoning }) => reasoning === false,
    ),
  ),
  testCase('request-cache', 'the request contains the cache setting, or a warning names it', (harness) =>
    assertEffect(
      harness,
      chatRequest('hi', { system: 'A long text that is repeated. '.repeat(400), cache: NONE_CACHE }),
      [{ cache: SHORT_CACHE }, { cache: LONG_CACHE }],
      /cache/i,
    ),
  ),
  testCase(
    'request-nothing-added',
    'the request contains no option that the caller did not set',
    async (harness) => {
      await checkNothingAdded(harness);
      await checkConcurrentCalls(harness);
    },
  ),
  testCase(
    'tool-result-content',
    'the request contains the complete result of a tool with its images',
    async (harness) => {
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
        // Core rejects images for a model without image input, so the provider never receives such a request.
        const pictures = images === false ? [] : [picture];
        expected = pictures.map(({ mediaType, bytes }) => ({ mediaType, bytes }));
        const result = toolResult({ callId: 'call_1', name: 'weather', content: [...texts, ...pictures] });
        const messages = [user('Is it warm?'), assistant([call]), result] as ModelRequest['messages'];
        return chatRequest('', { messages, tools: [WEATHER] });
      });
      assertInOrder(sent.exchange.body, [long, 'more-6c3']);
      const { images } = sent.exchange.request;
      if (!hasWarning(sent, /image/i)) assert.deepEqual(images, expected);
      await checkResultDocument(harness, call);
    },
  ),
];
