import {
  assistant,
  createMajordomo,
  toolResult,
  user,
  type ChatRequest,
  type Majordomo,
} from '@majordomo/core';
import { answers, inTurn, testServer, type Answer, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenAI } from '../src/index.ts';

let server: TestServer;
afterEach(() => server.close());

async function world(play: Answer, env: Record<string, string> = {}): Promise<Majordomo> {
  server = await testServer(play);
  const providers = [createOpenAI({ apiKey: 'k', baseURL: `${server.origin}/v1` })];
  return createMajordomo({ env, providers });
}

const item = (text: string): object => ({
  type: 'message',
  id: 'msg_2',
  content: [{ type: 'output_text', text }],
});
const responseBody = (...output: readonly object[]): object => ({
  id: 'resp_1',
  status: 'completed',
  output,
});
const secret = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'abc' };
const call = {
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_1',
  name: 'f',
  arguments: '{}',
  status: 'completed',
};
const types = (number: number): unknown[] =>
  (server.requests[number]?.body['input'] as { type: string; id?: string }[]).map(({ type, id }) => [
    type,
    id,
  ]);

describe('reasoning that the backend cannot verify', () => {
  const tools = [{ name: 'f', description: '', parameters: { type: 'object', properties: {} } }];

  it('is removed from the turn and from later ones', async () => {
    const majordomo = await world(
      inTurn(
        answers(responseBody(secret, call)),
        answers(
          {
            error: {
              message: 'The encrypted content could not be verified.',
              code: 'invalid_encrypted_content',
            },
          },
          400,
        ),
        answers(responseBody(item('Done.'))),
      ),
    );
    const model = majordomo.model('openai/gpt-5');
    const first: ChatRequest = { messages: [user('hi')], tools };
    const { message } = await model.generate(first);
    const next = {
      tools,
      messages: [...first.messages, message, toolResult({ callId: 'call_1', name: 'f', content: 'ok' })],
    };
    const { text, warnings, attempts } = await model.generate(next);
    expect(text).toBe('Done.');
    expect(warnings).toMatchObject([{ action: 'repaired', what: 'earlier reasoning not sent back' }]);
    expect(attempts.at(-1)?.outcome).toBe('finished');
    await model.generate(next);
    const typesWithoutReasoning = [
      ['message', undefined],
      ['function_call', undefined],
      ['function_call_output', undefined],
    ];
    expect(types(1)).toEqual([
      ['message', undefined],
      ['reasoning', undefined],
      ['function_call', 'fc_1'],
      ['function_call_output', undefined],
    ]);
    expect([types(2), types(3)]).toEqual([typesWithoutReasoning, typesWithoutReasoning]);
    expect(server.requests).toHaveLength(4);
  });
});

it('retries a model without encrypted reasoning without it', async () => {
  const majordomo = await world((response, { body }) => {
    if (body['include'] === undefined) answers(responseBody(item('Hi')))(response);
    else
      answers(
        { error: { message: 'Encrypted content is not supported with this model.', param: 'include' } },
        400,
      )(response);
  });
  const model = majordomo.model('openai/some-new-model');
  expect((await model.generate({ messages: [user('hi')] })).text).toBe('Hi');
  await model.generate({ messages: [user('hi')] });
  expect(server.requests).toHaveLength(3);
});

it('sends images after tool results to a backend that rejects them inside', async () => {
  type Item = Readonly<Record<string, unknown>>;
  const majordomo = await world((response, { body }) => {
    const results = (body['input'] as Item[]).filter(({ type }) => type === 'function_call_output');
    if (results.every(({ output }) => typeof output === 'string'))
      answers(responseBody(item('A cat.')))(response);
    else answers({ error: { message: "'input[2].output': tool messages must be text" } }, 400)(response);
  });
  const image = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) } as const;
  const messages = [
    user('Look.'),
    assistant([{ type: 'tool-call', id: 'call_1', name: 'look', args: {} }]),
    toolResult({ callId: 'call_1', name: 'look', content: [image] }),
  ];
  const model = majordomo.model('openai/gpt-5');
  const { text, warnings } = await model.generate({ messages });
  expect(text).toBe('A cat.');
  expect(warnings).toMatchObject([
    { action: 'repaired', what: 'images and documents of tool results sent in a user message' },
  ]);
  await model.generate({ messages });
  expect(server.requests).toHaveLength(3);
  expect(server.requests[2]?.body['input']).toMatchObject([
    { type: 'message' },
    { type: 'function_call' },
    { type: 'function_call_output', call_id: 'call_1', output: 'See the images below.' },
    { type: 'message', role: 'user', content: [{ type: 'input_text' }, { type: 'input_image' }] },
  ]);
});

describe('schemas in strict mode', () => {
  const parameters = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } } };
  const request: ChatRequest = {
    messages: [user('hi')],
    tools: [{ name: 'f', description: '', parameters }],
    output: parameters,
  };
  const strictOf = ({ tools, text }: Readonly<Record<string, unknown>>): unknown => [
    (tools as { strict: boolean }[])[0]?.strict,
    (text as { format: { strict: boolean } }).format.strict,
  ];

  it('result in arguments and responses without nulls of absent properties', async () => {
    const args = { ...call, arguments: '{"a":null,"b":1}' };
    const majordomo = await world(answers(responseBody(args, item('{"a":"x","b":null}'))));
    const { toolCalls, text } = await majordomo.model('openai/gpt-5').generate(request);
    expect([toolCalls[0]?.args, text]).toEqual([{ b: 1 }, '{"a":"x"}']);
    expect(server.requests.map(({ body }) => strictOf(body))).toEqual([[true, true]]);
  });

  it('are sent unchanged after a rejection', async () => {
    const majordomo = await world((response, { text }) => {
      const message = "Invalid schema for function 'f': In context=('properties', 'a'), no.";
      if (text.includes('"strict":true')) answers({ error: { message } }, 400)(response);
      else answers(responseBody(item('{}')))(response);
    });
    const model = majordomo.model('openai/gpt-5');
    const { warnings } = await model.generate(request);
    expect(warnings).toMatchObject([{ action: 'repaired', what: 'strict dropped from schemas' }]);
    await model.generate(request);
    const plain = [false, false];
    expect(server.requests.map(({ body }) => strictOf(body))).toEqual([[true, true], plain, plain]);
    expect(server.requests[2]?.body['tools']).toMatchObject([{ parameters }]);
  });
});

it('reports a leaked call as an unfinished turn, with a warning', async () => {
  const majordomo = await world(answers(responseBody(item('assistant to=functions.f {"a":1}'))));
  const { text, finish, warnings } = await majordomo
    .model('openai/gpt-5')
    .generate({ messages: [user('hi')] });
  expect([text, finish, warnings.map(({ what }) => what)]).toEqual(['', 'incomplete', ['text']]);
});

it('accepts a server in a variable, with quirks in its query', async () => {
  server = await testServer(answers(responseBody(item('Hi'))));
  const host = server.origin.replace('http://', '');
  const majordomo = createMajordomo({
    providers: [createOpenAI()],
    env: { LLM_LAB: `openai-responses+http://tok@${host}/v1?systemRole=developer` },
  });
  const { text } = await majordomo.model('lab/m').generate({ messages: [user('hi')], system: 's' });
  expect(text).toBe('Hi');
  const [received] = server.requests;
  expect([received?.path, received?.headers.authorization]).toEqual(['/v1/responses', 'Bearer tok']);
  expect(received?.body['instructions']).toBeUndefined();
});
