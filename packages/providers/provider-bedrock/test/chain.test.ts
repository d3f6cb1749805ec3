import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { answers, failureOf, testFolder, type Seen, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  assistant,
  createMajordomo,
  toolResult,
  user,
  type AssistantPart,
  type ChatModel,
  type JsonObject,
  type Message,
} from '@majordomo/core';
import { createBedrock, type BedrockOptions } from '../src/index.ts';
import * as frames from './frames.ts';
import { serverOf } from './server.ts';
import { signedOf } from './signature.ts';

let server: TestServer;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

type Content = readonly JsonObject[];
const HELLO: Content = [{ text: 'Hi' }];
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

/** Returns whether it has sent a response. */
type Play = (response: ServerResponse, request: Seen, number: number) => boolean;

/** Starts a server that sends `content`, streamed or not as requested, unless `play` sends a response. Returns its model. */
async function open(play: Play, options: BedrockOptions = {}, content = HELLO): Promise<ChatModel> {
  server = await serverOf('http1', (response, request, number) => {
    if (play(response, request, number)) return;
    const isStream = request.path.endsWith('converse-stream');
    const completeBody = { output: { message: { role: 'assistant', content } }, stopReason: 'end_turn' };
    (isStream ? frames.streaming(...frames.completeStream('Hi')) : answers(completeBody))(response);
  });
  const bedrock = createBedrock({
    region: 'us-east-1',
    credentials: KEYS,
    baseURL: server.origin,
    requestHandler: () => new NodeHttpHandler(),
    ...options,
  });
  return createMajordomo({ env: {}, providers: [bedrock], chain: { backoff: { baseMs: 1 } } }).model(
    'bedrock/anthropic.claude-sonnet-4-20250514-v1:0',
  );
}

function sendError(response: ServerResponse, status: number, name: string, message: string): true {
  answers({ message }, status, { 'x-amzn-errortype': name })(response);
  return true;
}

interface Sent extends JsonObject {
  readonly messages: { readonly role: string; readonly content: Content }[] & JsonObject['messages'];
}
const sent = (): readonly Sent[] => server.requests.map(({ text }) => JSON.parse(text) as Sent);
const callsOf = (): readonly string[] =>
  server.requests.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
const chatRequest = { messages: [user('hi')] };

it('sends one non-streaming call after a denied stream, and later calls without streaming', async () => {
  const denied =
    'User: arn:aws:sts::1:assumed-role/r is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: m';
  const model = await open(
    (response, { path }) =>
      path.endsWith('stream') && sendError(response, 403, 'AccessDeniedException', denied),
  );
  const first = await model.stream(chatRequest).response();
  expect(first.text).toBe('Hi');
  expect(first.warnings).toMatchObject([{ action: 'repaired', what: 'sent without streaming' }]);
  expect(callsOf()).toEqual(['converse-stream', 'converse']);
  expect((await model.stream(chatRequest).response()).text).toBe('Hi');
  expect(callsOf()).toEqual(['converse-stream', 'converse', 'converse']);
});

it('ends if the non-streaming call is denied too', async () => {
  const denied = 'not authorized to perform: bedrock:InvokeModelWithResponseStream';
  const model = await open((response) => sendError(response, 403, 'AccessDeniedException', denied));
  await expect(model.stream(chatRequest).response()).rejects.toMatchObject({ kind: 'auth' });
  expect(callsOf()).toEqual(['converse-stream', 'converse']);
});

describe('thinking signatures', () => {
  const thinking: AssistantPart = {
    type: 'reasoning',
    text: 'hm',
    replay: { family: 'claude', data: { signature: 'c2ln' } },
  };
  const loop: readonly Message[] = [
    user('weather?'),
    assistant([thinking, { type: 'tool-call', id: 'tooluse_1', name: 'get', args: {} }]),
    toolResult({ callId: 'tooluse_1', name: 'get', content: 'sun' }),
  ];
  const signatureError =
    'The model returned the following errors: messages.1.content.0: Invalid `signature` in `thinking` block';
  const hasThinking = (text: string): boolean => text.includes('reasoningContent');

  it('are removed after a rejection, with a warning', async () => {
    const model = await open(
      (response, { text }) =>
        hasThinking(text) && sendError(response, 400, 'ValidationException', signatureError),
    );
    const response = await model.generate({ messages: loop, reasoning: 'low' });
    expect(response.text).toBe('Hi');
    expect(sent()[0]?.messages[1]?.content[0]).toEqual({
      reasoningContent: { reasoningText: { text: 'hm', signature: 'c2ln' } },
    });
    expect(sent()[1]?.messages[1]?.content).toEqual([
      { toolUse: { toolUseId: 'tooluse_1', name: 'get', input: {} } },
    ]);
    expect(response.warnings.map(({ what }) => what)).toContain('thinking of earlier turns dropped');
  });
});

describe('credentials', () => {
  it('are requested again after they have expired', async () => {
    let credentialCalls = 0;
    const credentials = (): typeof KEYS => ({
      accessKeyId: `AKID${++credentialCalls}`,
      secretAccessKey: 'secret',
    });
    const model = await open(
      (response, _request, number) =>
        number === 1 && sendError(response, 403, 'ExpiredTokenException', 'expired'),
      { credentials },
    );
    expect((await model.generate(chatRequest)).text).toBe('Hi');
    expect(server.requests.map((request) => signedOf(request).accessKeyId)).toEqual(['AKID1', 'AKID2']);
  });

  it('sends nothing if the SDK finds no credentials', async () => {
    const homeDirectory = testFolder();
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_BEARER_TOKEN_BEDROCK', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined);
    vi.stubEnv('HOME', homeDirectory);
    vi.stubEnv('AWS_CONFIG_FILE', join(homeDirectory, 'config'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(homeDirectory, 'credentials'));
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    const model = await open(() => false, { credentials: undefined });
    const error = await failureOf(model.generate(chatRequest));
    expect(error).toMatchObject({ kind: 'auth', details: { status: 401, code: 'missing-key' } });
    expect(String(error)).toContain('credentials from the SDK');
    expect(server.requests).toEqual([]);
  });
});

it('rejects another object as a client before anything is sent', async () => {
  const model = await open(() => false, { client: {} });
  await expect(model.generate(chatRequest)).rejects.toMatchObject({
    kind: 'config',
    message: 'the `client` option of createBedrock is not a BedrockRuntimeClient; pass one or omit it',
  });
  expect(server.requests).toEqual([]);
});
