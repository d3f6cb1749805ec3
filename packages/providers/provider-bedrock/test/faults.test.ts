import { eventFrame } from '@majordomo/testing/internal';
import { Readable } from 'node:stream';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { contextOf, requestOf } from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createBedrock } from '../src/index.ts';
import { EVENT_STREAM, event, exception, START, text, completeStream } from './frames.ts';

type Delivery = 'deltas' | 'complete';
interface Response {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** Returns a client of the SDK whose request handler returns the response. */
const clientOf = ({ statusCode = 200, headers = EVENT_STREAM, body }: Response): object =>
  new BedrockRuntimeClient({
    region: 'us-east-1',
    token: { token: 'key' },
    authSchemePreference: ['httpBearerAuth'],
    maxAttempts: 1,
    requestHandler: { handle: () => Promise.resolve({ response: { statusCode, headers, body } }) } as never,
  });

const run = (response: Response, delivery: Delivery = 'deltas'): Promise<Collected> =>
  collect(
    createBedrock({ client: clientOf(response) }).model('anthropic.claude-m'),
    requestOf(),
    contextOf({ delivery }),
  );

const bodyOf = (...sent: readonly Uint8Array[]): Readable => Readable.from([Buffer.concat(sent)]);

/** Yields the bytes, then fails with ECONNRESET. */
async function* reset(...sent: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  for (const bytes of sent) yield await Promise.resolve(bytes);
  throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}

const EVENT = { ':event-type': 'contentBlockDelta', ':message-type': 'event' };
const wrongChecksum = Uint8Array.from(text('lo'));
wrongChecksum[wrongChecksum.length - 1] = (wrongChecksum.at(-1) ?? 0) ^ 0xff;
const hugeLength = new Uint8Array(16);
new DataView(hugeLength.buffer).setUint32(0, 1024 ** 3);
const errorFrame = (code: string): Uint8Array =>
  eventFrame({ ':message-type': 'error', ':error-code': code, ':error-message': 'oops' }, '');

const FAULTS: readonly (readonly [name: string, sent: readonly Uint8Array[], kind: string])[] = [
  ['an end without messageStop', [], 'truncated'],
  ['an end inside a frame', [text('lo').subarray(0, 40)], 'truncated'],
  ['a frame that announces 1 GB', [hugeLength], 'truncated'],
  ['a length of 0', [new Uint8Array(16)], 'protocol'],
  ['a wrong checksum', [wrongChecksum], 'protocol'],
  ['a payload that is not JSON', [eventFrame(EVENT, '{"delta": ')], 'protocol'],
  ['a header of an unknown type', [eventFrame(EVENT, {}, Uint8Array.of(1, 97, 10))], 'protocol'],
  ['a frame without headers', [eventFrame({}, {})], 'protocol'],
  ['an unknown kind of message', [eventFrame({ ...EVENT, ':message-type': 'news' }, {})], 'protocol'],
  [
    'bytes that are not base64',
    [event('contentBlockDelta', { delta: { reasoningContent: { redactedContent: '?' } } })],
    'protocol',
  ],
  ['an exception that the SDK knows', [exception('throttlingException', 'oops')], 'rate-limit'],
  ['an exception that only majordomo knows', [exception('accessDeniedException', 'oops')], 'auth'],
  ['an unknown exception', [exception('fooException', 'oops')], 'server'],
  ['an error', [errorFrame('InternalFailure')], 'server'],
  ['an error named as an exception', [errorFrame('throttlingException')], 'rate-limit'],
];

describe.each([
  ['at the start of a stream', []],
  ['inside a stream', [START, text('Hel')]],
])('%s', (_where, before) => {
  it.each(FAULTS)('%s is reported by its kind', async (_name, sent, kind) => {
    const { error } = await run({ body: bodyOf(...before, ...sent) });
    expect(error?.kind).toBe(kind);
    expect(error?.message).not.toContain('Deserialization error');
  });

  it('a reset connection is a network error', async () => {
    const { error } = await run({ body: Readable.from(reset(...before)) });
    expect(error?.kind).toBe('network');
    expect(error?.message).not.toContain('Deserialization error');
  });

  it.each(['throttlingException', 'fooException'])('reads the message of %s', async (name) => {
    const { error } = await run({ body: bodyOf(...before, exception(name, 'oops')) });
    expect(error?.message).toBe('p/m answered with an error: oops');
    expect(error?.details.status).toBeUndefined();
  });
});

it.each(['../../x', 'a/../b', '..', 'a?b', 'a#b', '%2e%2e/x'])(
  'rejects the model id %j, which would change the URL',
  async (id) => {
    for (const delivery of ['deltas', 'complete'] as const) {
      const client = clientOf({ body: Readable.from([]) });
      const { error } = await collect(
        createBedrock({ client }).model(id),
        requestOf(),
        contextOf({ delivery }),
      );
      expect(error).toMatchObject({ kind: 'invalid-request' });
    }
  },
);

it('ignores an event of an unknown type', async () => {
  const [start = START, ...rest] = completeStream('Hello');
  const { text: receivedText, error } = await run({
    body: bodyOf(start, event('somethingNew', { a: 1 }), ...rest),
  });
  expect([receivedText, error]).toEqual(['Hello', undefined]);
});

const JSON_TYPE = { 'content-type': 'application/json' };
const answer = (body: object): Readable => bodyOf(Buffer.from(JSON.stringify(body)));
const COMPLETE = { output: { message: { content: [{ text: 'Hello' }] } }, stopReason: 'end_turn' };

describe('the check of a response', () => {
  it.each(['deltas', 'complete'] as const)('rejects a page instead of a response (%s)', async (delivery) => {
    const headers = { 'content-type': 'text/html' };
    const { error } = await run({ headers, body: bodyOf(Buffer.from('<html>')) }, delivery);
    expect(error).toMatchObject({ kind: 'protocol' });
    expect(error?.message).toContain('"text/html"');
    expect(error).not.toHaveProperty('$metadata');
  });

  it('reports the location of a redirect, without its query', async () => {
    const headers = { location: 'https://elsewhere.example/v1?key=secret' };
    const { error } = await run({ statusCode: 307, headers, body: bodyOf() });
    expect(error).toMatchObject({ kind: 'protocol', details: { status: 307, code: 'redirect' } });
    expect(error?.message).toContain('https://elsewhere.example/v1,');
    expect(error?.message).not.toContain('secret');
  });

  it.each([200, 500])('limits a body that is not a stream to 64 MiB, at status %i', async (statusCode) => {
    const megabyte = Buffer.alloc(1024 ** 2, ' ');
    let sent = 0;
    const body = Readable.from(
      (function* () {
        for (; sent < 80; sent++) yield megabyte;
      })(),
      { objectMode: false },
    );
    const { error } = await run({ statusCode, headers: JSON_TYPE, body }, 'complete');
    expect(error).toMatchObject({ kind: 'protocol', details: { code: 'too-large' } });
    expect(sent).toBeLessThan(70);
  });

  it.each(['APPLICATION/JSON', 'application/json; charset=utf-8'])('accepts %s as JSON', async (type) => {
    const { text: receivedText } = await run(
      { headers: { 'Content-Type': type }, body: answer(COMPLETE) },
      'complete',
    );
    expect(receivedText).toBe('Hello');
  });

  it('reports an empty non-streaming response as truncated', async () => {
    const { error } = await run({ headers: JSON_TYPE, body: bodyOf() }, 'complete');
    expect(error?.kind).toBe('truncated');
  });
});

it('reads arguments with an integer beyond a double', async () => {
  const content = '[{"toolUse":{"toolUseId":"a","name":"f","input":{"id":12345678901234567890,"b":null}}}]';
  const body = `{"output":{"message":{"role":"assistant","content":${content}}},"stopReason":"tool_use"}`;
  const { error, toolCalls } = await run({ headers: JSON_TYPE, body: bodyOf(Buffer.from(body)) }, 'complete');
  expect(error).toBeUndefined();
  expect(toolCalls).toMatchObject([{ args: { id: Number('12345678901234567890'), b: null } }]);
});

it('reads a stop reason named like a member of every object as other', async () => {
  const body = answer({ ...COMPLETE, stopReason: 'constructor' });
  const { finish, rawFinish } = await run({ headers: JSON_TYPE, body }, 'complete');
  expect([finish, rawFinish]).toEqual(['other', 'constructor']);
});

it('reads an invalid token count as undefined', async () => {
  const body = answer({ ...COMPLETE, usage: { inputTokens: '7', outputTokens: 2 } });
  const { usage } = await run({ headers: JSON_TYPE, body }, 'complete');
  expect([usage?.input, usage?.output]).toEqual([undefined, 2]);
});

it('rejects an image with invalid base64 as protocol', async () => {
  const body = answer({ output: { message: { content: [{ image: { source: { bytes: '?' } } }] } } });
  const { error } = await run({ headers: JSON_TYPE, body }, 'complete');
  expect(error?.kind).toBe('protocol');
});

it('rejects JSON that is nested too deep for the SDK as protocol', async () => {
  const input = `${'{"a":'.repeat(50_000)}{}${'}'.repeat(50_000)}`;
  const content = `[{"toolUse":{"toolUseId":"c","name":"t","input":${input}}}]`;
  const body = bodyOf(Buffer.from(`{"output":{"message":{"content":${content}}},"stopReason":"tool_use"}`));
  const { error } = await run({ headers: JSON_TYPE, body }, 'complete');
  expect(error?.kind).toBe('protocol');
});
