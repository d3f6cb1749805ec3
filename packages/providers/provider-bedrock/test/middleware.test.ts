import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { contextOf, requestOf } from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { createBedrock } from '../src/index.ts';
import { EVENT_STREAM, completeStream } from './frames.ts';

type Delivery = 'deltas' | 'complete';
interface HandlerResult {
  readonly response: { body: AsyncIterable<Uint8Array> };
}

/** Returns a client of the application whose transport returns these headers and bytes. */
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
  ['deltas', EVENT_STREAM, Buffer.concat(completeStream('Hello'))],
] as const;

async function* unzipped(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  yield gunzipSync(Buffer.concat(chunks));
}

it.each(ANSWERS)("reads a response that an application's middleware has changed: %s", async (...answer) => {
  const [delivery, headers, bytes] = answer;
  const client = clientOf(headers, gzipSync(bytes));
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result as unknown as HandlerResult;
      response.body = unzipped(response.body);
      return result;
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
      const result = await next(args);
      (
        result as unknown as { readonly response: { readonly body: { pause(): void } } }
      ).response.body.pause();
      return result;
    },
    { step: 'deserialize', name: 'pause' },
  );
  const { text, error } = await run(client, 'complete');
  expect([text, error]).toEqual(['Hello', undefined]);
});
