import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { contextOf, requestOf } from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { createBedrock } from '../src/index.ts';
import { EVENT_STREAM, whole } from './frames.ts';

type Delivery = 'deltas' | 'complete';
interface Got {
  readonly response: { body: AsyncIterable<Uint8Array> };
}

/** A client of the application whose transport answers with these headers and bytes. */
function clientOf(headers: Readonly<Record<string, string>>, bytes: Uint8Array): BedrockRuntimeClient {
  const response = (): object => ({ statusCode: 200, headers, body: Readable.from([bytes]) });
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    token: { token: 'key' },
    authSchemePreference: ['httpBearerAuth'],
    maxAttempts: 1,
    requestHandler: { handle: () => Promise.resolve({ response: response() }) } as never,
  });
}

const run = (client: object, delivery: Delivery): Promise<Collected> =>
  collect(createBedrock({ client }).model('anthropic.claude-m'), requestOf(), contextOf({ delivery }));

const BODY = { output: { message: { content: [{ text: 'Hello' }] } }, stopReason: 'end_turn' };
const ANSWERS = [
  ['complete', { 'content-type': 'application/json' }, Buffer.from(JSON.stringify(BODY))],
  ['deltas', EVENT_STREAM, Buffer.concat(whole('Hello'))],
] as const;

async function* unzipped(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  yield gunzipSync(Buffer.concat(pieces));
}

it.each(ANSWERS)("reads a response that an application's middleware has changed: %s", async (...answer) => {
  const [delivery, headers, bytes] = answer;
  const client = clientOf(headers, gzipSync(bytes));
  client.middlewareStack.add(
    (next) => async (args) => {
      const got = await next(args);
      const { response } = got as unknown as Got;
      response.body = unzipped(response.body);
      return got;
    },
    { step: 'deserialize', name: 'unzip' },
  );
  const { text, error } = await run(client, delivery);
  expect([text, error]).toEqual(['Hello', undefined]);
});

it("reads a body that an application's middleware has paused", async () => {
  const [, headers, bytes] = ANSWERS[0];
  const client = clientOf(headers, bytes);
  client.middlewareStack.add(
    (next) => async (args) => {
      const got = await next(args);
      (got as unknown as { readonly response: { readonly body: { pause(): void } } }).response.body.pause();
      return got;
    },
    { step: 'deserialize', name: 'pause' },
  );
  const { text, error } = await run(client, 'complete');
  expect([text, error]).toEqual(['Hello', undefined]);
});
