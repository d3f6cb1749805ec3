import { Readable } from 'node:stream';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { contextOf, requestOf } from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBedrock } from '../src/index.ts';
import { EVENT_STREAM, event, frame, whole } from './frames.ts';

type Delivery = 'deltas' | 'whole';

/** A client of the real SDK whose transport answers with these bytes, cut. */
function clientOf(bytes: Uint8Array, delivery: Delivery, size: number): BedrockRuntimeClient {
  const type = delivery === 'whole' ? { 'content-type': 'application/json' } : EVENT_STREAM;
  const headers = { ...type, 'x-amzn-requestid': 'req-1' };
  const handle = (): object => ({
    response: { statusCode: 200, headers, body: Readable.from(cut(bytes, size)) },
  });
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    token: { token: 'key' },
    authSchemePreference: ['httpBearerAuth'],
    maxAttempts: 1,
    requestHandler: { handle: () => Promise.resolve(handle()) } as never,
  });
}

async function* cut(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.slice(at, at + size));
}

type Command = new (input: object) => object;

/** The same client as a double that answers by itself: what we put into a command is not there, so the SDK decodes. */
const decoding = (client: BedrockRuntimeClient): object => ({
  send: (command: { readonly input: object; readonly constructor: unknown }, options: object) =>
    client.send(new (command.constructor as Command)(command.input) as never, options),
});

const run = (client: object, delivery: Delivery): Promise<Collected> =>
  collect(createBedrock({ client }).model('anthropic.claude-m'), requestOf(), contextOf({ delivery }));

/** Both ways to read the same bytes. */
async function both(
  bytes: Uint8Array,
  delivery: Delivery,
  size = 1000,
): Promise<[ours: object, theirs: object]> {
  const [ours, theirs] = await Promise.all([
    run(clientOf(bytes, delivery, size), delivery),
    run(decoding(clientOf(bytes, delivery, size)), delivery),
  ]);
  return [told(ours), told(theirs)];
}

const told = ({ error, ...rest }: Collected): object => ({
  ...rest,
  error: error && { kind: error.kind, code: error.details.code },
});

const words = fc.string({ unit: 'binary', maxLength: 12 });
const json = fc.jsonValue({ maxDepth: 2 }).filter((value) => !/\d{15}|e/.test(JSON.stringify(value)));
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value);
const base64 = words.map((text) => Buffer.from(text).toString('base64'));
const thought = fc.record({ text: orNull(words), signature: orNull(words) }, { requiredKeys: [] });
const signed = fc.oneof(thought, fc.record({ redactedContent: base64 }));
const citation = fc.record({
  title: orNull(words),
  source: orNull(fc.constantFrom('a.pdf', 'https://example.com/a')),
  sourceContent: orNull(fc.array(fc.record({ text: words }), { maxLength: 2 })),
  location: orNull(fc.constant({ documentChar: { documentIndex: 1, start: 0, end: 2 } })),
});
const document = fc.dictionary(fc.constantFrom('a', 'b', 'bytes', 'query'), json, { maxKeys: 3 });
const use = fc.record({
  toolUseId: fc.uuid(),
  name: fc.constant('search'),
  type: orNull(fc.constant('server_tool_use')),
});
/** Its nulls, bytes and pieces of later kinds are kept as they came, where the SDK has its own words for them. */
const result = fc.record({
  toolUseId: fc.uuid(),
  type: fc.constant('search_result'),
  status: fc.constant('success'),
});
const usage = fc.record({
  inputTokens: fc.nat(),
  outputTokens: fc.nat(),
  totalTokens: fc.nat(),
  cacheReadInputTokens: orNull(fc.nat()),
});

const blocks = fc.array(
  fc.oneof(
    fc.record({ text: words, toolUse: fc.constant(null) }),
    fc.tuple(use, document).map(([toolUse, input]) => ({ toolUse: { ...toolUse, input } })),
    fc.record({ reasoningContent: fc.record({ reasoningText: thought }) }),
    fc.record({ reasoningContent: fc.record({ redactedContent: base64 }) }),
    fc.record({
      citationsContent: fc.record({
        content: fc.array(fc.record({ text: words })),
        citations: fc.array(citation),
      }),
    }),
    fc.tuple(result, json).map(([head, value]) => ({
      toolResult: { ...head, content: [{ text: 'found' }, { json: { value } }] },
    })),
    fc.constant({ image: { format: 'png', source: { bytes: 'AAAA' } } }),
    fc.constant({ hologram: { bytes: 5 } }),
  ),
  { maxLength: 5 },
);

const deltas = fc.oneof(
  fc.record({ text: words, toolUse: fc.constant(null) }),
  fc.record({ toolUse: fc.record({ input: words }) }),
  fc.record({ reasoningContent: signed }),
  fc.record({ citation }),
  fc.record({ toolResult: fc.array(fc.record({ json: document }), { maxLength: 2 }) }),
  fc.constant({ hologram: {} }),
);
const streamed = fc.array(
  fc.oneof(
    fc
      .tuple(
        fc.constant('contentBlockStart'),
        fc.oneof(
          use.map((toolUse) => ({ toolUse })),
          result.map((toolResult) => ({ toolResult })),
        ),
      )
      .map(([type, start]) => ({ type, payload: { start, contentBlockIndex: 0 } })),
    deltas.map((delta) => ({
      type: 'contentBlockDelta',
      payload: { delta, contentBlockIndex: 0, p: 'abc' },
    })),
    fc.constant({ type: 'contentBlockStop', payload: { contentBlockIndex: 0 } }),
    fc.constant({ type: 'somethingNew', payload: { a: 1 } }),
  ),
  { maxLength: 8 },
);

const RUNS = { numRuns: 400, seed: 20_261_121 };

describe('an answer that is taken from under the SDK is what the SDK reads', () => {
  it('where it comes whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        blocks,
        orNull(usage),
        fc.integer({ min: 1, max: 400 }),
        async (content, used, size) => {
          const body = {
            output: { message: { role: 'assistant', content } },
            stopReason: 'end_turn',
            usage: used,
          };
          const [ours, theirs] = await both(Buffer.from(JSON.stringify(body)), 'whole', size);
          expect(ours).toEqual(theirs);
        },
      ),
      RUNS,
    );
  });

  it('where it streams', async () => {
    await fc.assert(
      fc.asyncProperty(
        streamed,
        orNull(usage),
        fc.integer({ min: 1, max: 400 }),
        async (sent, used, size) => {
          const bytes = Buffer.concat([
            event('messageStart', { role: 'assistant' }),
            ...sent.map(({ type, payload }) => event(type, payload)),
            event('messageStop', { stopReason: 'end_turn', additionalModelResponseFields: null }),
            event('metadata', { usage: used, metrics: null }),
          ]);
          const [ours, theirs] = await both(bytes, 'deltas', size);
          expect(ours).toEqual(theirs);
        },
      ),
      RUNS,
    );
  });

  it.each([
    'throttlingException',
    'modelStreamErrorException',
    'validationException',
    'internalServerException',
  ])('where it fails with %s', async (type) => {
    const failed = frame(
      { ':message-type': 'exception', ':exception-type': type, ':content-type': 'application/json' },
      { message: 'said' },
    );
    const [ours, theirs] = await both(Buffer.concat([...whole('a').slice(0, 2), failed]), 'deltas');
    expect(ours).toEqual(theirs);
  });
});

it('a whole call whose arguments hold a number that no double holds is read', async () => {
  const content = '[{"toolUse":{"toolUseId":"a","name":"f","input":{"id":12345678901234567890,"b":null}}}]';
  const body = `{"output":{"message":{"role":"assistant","content":${content}}},"stopReason":"tool_use"}`;
  const { error, toolCalls } = await run(clientOf(Buffer.from(body), 'whole', 1000), 'whole');
  expect(error).toBeUndefined();
  expect(toolCalls).toMatchObject([{ args: { id: Number('12345678901234567890'), b: null } }]);
});

it('an answer is not lost for what nobody reads: bytes that are none', async () => {
  const none = { source: { bytes: '?' } };
  const content = [{ image: none }, { hologram: { redactedContent: '?' } }, { text: 'Hello' }];
  const trace = { guardrail: { bytes: '?' } };
  const body = { output: { message: { content } }, stopReason: 'end_turn', trace };
  const answer = await run(clientOf(Buffer.from(JSON.stringify(body)), 'whole', 1000), 'whole');
  expect([answer.text, answer.error]).toEqual(['Hello', undefined]);
});

it('what a tool at the vendor gave is handed out no deeper than what comes whole', async () => {
  const levels = 100_000;
  const deep = `{"contentBlockIndex":0,"delta":{"toolResult":[{"json":${'['.repeat(levels)}${']'.repeat(levels)}}]}}`;
  const bytes = Buffer.concat([
    event('contentBlockStart', { contentBlockIndex: 0, start: { toolResult: { toolUseId: 'a' } } }),
    event('contentBlockDelta', deep),
    event('contentBlockStop', { contentBlockIndex: 0 }),
    event('messageStop', { stopReason: 'end_turn' }),
  ]);
  const { parts, error } = await run(clientOf(bytes, 'deltas', 1000), 'deltas');
  expect(error).toBeUndefined();
  expect(JSON.stringify(parts)).toContain('toolResult');
});

it.each([
  ['InternalError', 'server'],
  ['throttlingException', 'rate-limit'],
])('an error that is told inside a stream is no broken connection: %s', async (code, kind) => {
  const told = { ':message-type': 'error', ':error-code': code, ':error-message': 'oops' };
  const { error } = await run(clientOf(frame(told, ''), 'deltas', 1000), 'deltas');
  expect(error).toMatchObject({ kind, message: 'p/m answered with an error: oops' });
});
