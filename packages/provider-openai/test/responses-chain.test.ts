import { createMajordomo, toolResult, user, type ChatRequest, type Majordomo } from '@majordomo/core';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenAI } from '../src/index.ts';
import { json, startServer, type TestServer } from './server.ts';

let server: TestServer;
afterEach(() => server.close());

async function world(
  play: Parameters<typeof startServer>[0],
  env: Record<string, string> = {},
): Promise<Majordomo> {
  server = await startServer(play);
  const providers = [createOpenAI({ apiKey: 'k', baseURL: `${server.origin}/v1` })];
  return createMajordomo({ env, providers });
}

const item = (text: string): object => ({
  type: 'message',
  id: 'msg_2',
  content: [{ type: 'output_text', text }],
});
const said = (...output: readonly object[]): object => ({ id: 'resp_1', status: 'completed', output });
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
  (server.received[number]?.body['input'] as { type: string; id?: string }[]).map(({ type, id }) => [
    type,
    id,
  ]);

describe('reasoning that the backend cannot verify any more', () => {
  const tools = [{ name: 'f', description: '', parameters: { type: 'object' } }];

  it('is sent once, then the same turn goes without it, and so do later ones', async () => {
    const majordomo = await world((response, number) => {
      if (number === 1) json(response, said(secret, call));
      else if (number === 2)
        json(
          response,
          {
            error: {
              message: 'The encrypted content could not be verified.',
              code: 'invalid_encrypted_content',
            },
          },
          400,
        );
      else json(response, said(item('Done.')));
    });
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
    const bare = [
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
    expect([types(2), types(3)]).toEqual([bare, bare]);
    expect(server.received).toHaveLength(4);
  });
});

it('a model that knows no encrypted reasoning is asked once more without it', async () => {
  const majordomo = await world((response, _number, { body }) => {
    if (body['include'] === undefined) json(response, said(item('Hi')));
    else
      json(
        response,
        { error: { message: 'Encrypted content is not supported with this model.', param: 'include' } },
        400,
      );
  });
  const model = majordomo.model('openai/some-new-model');
  expect((await model.generate({ messages: [user('hi')] })).text).toBe('Hi');
  await model.generate({ messages: [user('hi')] });
  expect(server.received).toHaveLength(3);
});

it('a call that leaked into the text is an unfinished turn, told with a warning', async () => {
  const majordomo = await world((response) => {
    json(response, said(item('assistant to=functions.f {"a":1}')));
  });
  const { text, finish, warnings } = await majordomo
    .model('openai/gpt-5')
    .generate({ messages: [user('hi')] });
  expect([text, finish, warnings.map(({ what }) => what)]).toEqual(['', 'incomplete', ['text']]);
});

it('a server of the wire is named by a variable, with quirks in its query', async () => {
  server = await startServer((response) => {
    json(response, said(item('Hi')));
  });
  const host = server.origin.replace('http://', '');
  const majordomo = createMajordomo({
    providers: [createOpenAI()],
    env: { LLM_LAB: `openai-responses+http://tok@${host}/v1?systemPlace=developer` },
  });
  const { text } = await majordomo.model('lab/m').generate({ messages: [user('hi')], system: 's' });
  expect(text).toBe('Hi');
  const [received] = server.received;
  expect([received?.path, received?.headers.authorization]).toEqual(['/v1/responses', 'Bearer tok']);
  expect(received?.body['instructions']).toBeUndefined();
});
