import { LlmError, type ModelRequest } from '@majordomo/core';
import { eventOrderError } from '@majordomo/core/toolkit';
import { createBedrock } from '@majordomo/provider-bedrock';
import { bedrockConverse } from '@majordomo/conformance';
import { awsHandler, collect } from '@majordomo/testing';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { MAIN_SIDES, SIDES, WORKERS_AI, type Side } from '../src/wires.ts';

const seed = 20_261_120;
/** Number of random inputs. With SOAK=1, as in the nightly run, 60. */
const RUNS = process.env['SOAK'] === undefined ? 8 : 60;
const KEY = 'test-key';

/** Response of a vendor without a server. The SDKs read a `Response`. */
type Answer = () => Response;

const request: ModelRequest = {
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  output: undefined,
  extra: {},
};

/** Checks that a call ends in time with ordered events, with a finish or an LlmError, and that no error contains the key. */
async function checkCall(side: Side, delivery: 'deltas' | 'complete', answer: Answer): Promise<void> {
  const fetch = (): Promise<Response> => Promise.resolve(answer());
  const provider =
    side.wire === bedrockConverse
      ? createBedrock({ id: 'p', apiKey: KEY, region: 'us-east-1', requestHandler: () => awsHandler(fetch) })
      : side.provider('p', 'http://127.0.0.1:9');
  const signal = AbortSignal.timeout(5000);
  const { events, error } = await collect(provider.model(side.model), request, {
    target: 'p/m',
    delivery,
    signal,
    env: {},
    fetch,
  });
  if (error !== undefined && !LlmError.is(error)) throw error as Error;
  expect(signal.aborted).toBe(false);
  expect(`${error?.message ?? ''} ${JSON.stringify(error)}`).not.toContain(KEY);
  if (error === undefined) expect(eventOrderError(events)).toBeUndefined();
}

const TYPES: Readonly<Record<string, string>> = {
  'bedrock-converse': 'application/vnd.amazon.eventstream',
  'ollama-chat': 'application/x-ndjson',
};
const streamType = ({ wire }: Side): string => TYPES[wire.name] ?? 'text/event-stream';

/** Member names that parsers read, and names of built-in members of objects. */
const MEMBER_NAMES = [
  'choices',
  'delta',
  'message',
  'content',
  'tool_calls',
  'function',
  'arguments',
  'error',
  'usage',
  'type',
  'candidates',
  'parts',
  'output',
  'stopReason',
  'response',
  'item',
  'index',
  'finish_reason',
  'done',
  'code',
  'content_block',
  'contentBlockIndex',
  'errors',
  'details',
  'metadata',
  'raw',
  'status',
  'loc',
  'text',
  'id',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
];
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, 0, -1, 1e300, '', 'text', 'constructor', '__proto__', 'error', `no ${KEY}`),
    fc.array(tie('value'), { maxLength: 3 }),
    // Parsed from text, so that `__proto__` is a member like any other.
    fc
      .array(fc.tuple(fc.constantFrom(...MEMBER_NAMES), tie('value')), { maxLength: 4 })
      .map(
        (members) =>
          `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`,
      )
      .map((text): unknown => JSON.parse(text)),
  ),
})).value;
const event = fc.tuple(fc.constantFrom('', 'event: error\n', 'event: message_start\n', ': x\n'), json);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .array(fc.constantFrom('data:', '\n', '\r', '\r\n', '\uFEFF', '{', '}', '"', 'é', '[DONE]', '\0'), {
      maxLength: 40,
    })
    .map((parts) => new TextEncoder().encode(parts.join(''))),
);

const NESTED = 50_000;
const HUGE: readonly (readonly [string, string])[] = [
  ['deep lists', '['.repeat(NESTED) + ']'.repeat(NESTED)],
  ['deep objects', `${'{"error":'.repeat(NESTED)}1${'}'.repeat(NESTED)}`],
  ['deep upstream errors', `${'{"error":{"metadata":{"raw":'.repeat(5000)}1${'}}}'.repeat(5000)}`],
  ['a message of blanks', JSON.stringify({ error: { message: ' '.repeat(300_000) } })],
  ['a message of bearers', JSON.stringify({ error: { message: `bearer${' '.repeat(200_000)}` } })],
  ['a message of digits', JSON.stringify({ error: { message: '1'.repeat(300_000) } })],
  ['a message of paths', JSON.stringify({ error: { message: 'messages.1.content.'.repeat(20_000) } })],
  [
    'a message of tokens',
    JSON.stringify({ error: { message: 'maximum context length tokens '.repeat(10_000) } }),
  ],
  ['a message of tags', JSON.stringify({ error: { message: '<'.repeat(300_000) } })],
  ['a message of quotes', JSON.stringify({ message: '"\\'.repeat(100_000) })],
  ['a page', '<html>'.repeat(50_000)],
  ['a line without an end', `data: ${'x'.repeat(2_000_000)}`],
  ['line ends', '\r'.repeat(300_000)],
  ['comments', ': \n'.repeat(100_000)],
];

/**
 * Returns the bodies that are tested with an API. Messages are read by the same code for all APIs, so the default run tests them
 * with the main sides. With SOAK=1, as in the nightly run, all APIs are tested with all bodies.
 */
const hugeBodiesOf = (side: Side): typeof HUGE =>
  process.env['SOAK'] !== undefined || MAIN_SIDES.includes(side)
    ? HUGE
    : HUGE.filter(([name]) => !name.startsWith('a message of'));

afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(12);
});

describe.each([...SIDES, WORKERS_AI].map((side) => [side.wire.name, side] as const))('%s', (_, side) => {
  it('survives error bodies of any shape', async () => {
    const status = fc.constantFrom(400, 401, 402, 404, 413, 429, 500, 529, 200, 599);
    const retryAfter = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.constantFrom('1e9', 'NaN', '-1', '∞'),
    );
    await fc.assert(
      fc.asyncProperty(status, json, retryAfter, async (code, body, wait) => {
        const headers = { 'content-type': 'application/json', 'retry-after': encodeURIComponent(wait) };
        await checkCall(
          side,
          'complete',
          () => new Response(JSON.stringify(body), { status: code, headers }),
        );
      }),
      { numRuns: RUNS, seed },
    );
  });

  it('survives streams with messages of any shape', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 5 }), async (events) => {
        const isLines = side.wire.name === 'ollama-chat';
        const body = events
          .map(([name, value]) =>
            isLines ? `${JSON.stringify(value)}\n` : `${name}data: ${JSON.stringify(value)}\n\n`,
          )
          .join('');
        const headers = { 'content-type': streamType(side) };
        await checkCall(side, 'deltas', () => new Response(body, { headers }));
      }),
      { numRuns: RUNS, seed },
    );
  });

  it('survives any bytes', async () => {
    // For most random bytes, the SDK of AWS allocates a message of more than a gigabyte, which takes 0.1 s of CPU time.
    const numRuns = side.wire === bedrockConverse ? RUNS : 40;
    await fc.assert(
      fc.asyncProperty(bytes, async (body) => {
        const headers = { 'content-type': streamType(side) };
        await checkCall(side, 'deltas', () => new Response(new Uint8Array(body), { headers }));
      }),
      { numRuns, seed },
    );
  });

  it('survives valid streams with inserted, changed or deleted bytes', async () => {
    const { wire } = side;
    const answer = {
      parts: [
        { type: 'text', text: 'Grüße' },
        { type: 'tool-call', name: 'f', json: '{"a":1}' },
      ],
    } as const;
    const stream = Buffer.concat(wire.stream(answer, wire.read('', {})).map((frame) => frame.bytes));
    const edit = fc.tuple(fc.nat(stream.length - 1), fc.nat(3), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        let body = stream;
        for (const [at, lost, byte] of edits) {
          body = Buffer.concat([body.subarray(0, at), Buffer.from([byte]), body.subarray(at + lost)]);
        }
        await checkCall(side, 'deltas', () => new Response(body, { headers: wire.streamHeaders }));
      }),
      { numRuns: RUNS, seed },
    );
  });

  it.each(hugeBodiesOf(side))('processes %s in less than 1.5 s of CPU time', async (__, body) => {
    const cpuBefore = process.cpuUsage();
    const sent = [
      [400, 'application/json'],
      [200, 'application/json'],
      [200, streamType(side)],
    ] as const;
    for (const [status, type] of sent) {
      const headers = { 'content-type': type };
      await checkCall(
        side,
        status === 400 ? 'complete' : 'deltas',
        () => new Response(body, { status, headers }),
      );
    }
    expect(process.cpuUsage(cpuBefore).user / 1000).toBeLessThan(1500);
  });
});
