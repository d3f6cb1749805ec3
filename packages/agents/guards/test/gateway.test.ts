import { createMajordomo, LlmError } from '@majordomo/core';
import { createGateway, type GatewayOptions } from '@majordomo/gateway';
import { createOpenAI } from '@majordomo/provider-openai';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { forbid, guarded } from '../src/index.ts';
import { chatServer } from './support/chat-server.ts';

const noAcme = forbid({ name: 'competitors', patterns: ['Acme'] });

async function gatewayClient(pieces: readonly string[], options: Partial<GatewayOptions>) {
  const server = await chatServer(() => ({ pieces }));
  const majordomo = createMajordomo({
    providers: [createOpenAI({ api: 'chat', apiKey: 'test', baseURL: server.url })],
    chain: { attempts: 1 },
  });
  const gateway = createGateway({
    majordomo,
    models: { gpt: 'openai/gpt-test' },
    authorize: ({ headers }) => ({ tenant: headers.get('x-tenant') ?? 'a' }),
    ...options,
  });
  const client = (tenant: string): OpenAI =>
    new OpenAI({
      apiKey: 'k',
      baseURL: 'http://127.0.0.1/v1',
      maxRetries: 0,
      defaultHeaders: { 'x-tenant': tenant },
      fetch: async (url, init) => gateway.fetch(new Request(url, init)),
    });
  return { server, client };
}

const body = (content: string) => ({ model: 'gpt', messages: [{ role: 'user' as const, content }] });

it('wrapModel guards the calls of one tenant, and a refusal is a response with status 403 and the message of the check', async () => {
  const { server, client } = await gatewayClient(['Hello'], {
    wrapModel: (model, { tenant }) =>
      tenant === 'strict' ? guarded(model, { input: [noAcme], mask: {} }) : model,
  });
  const completion = await client('free').chat.completions.create(body('About Acme'));
  expect(completion.choices[0]?.message.content).toBe('Hello');
  const refused = client('strict').chat.completions.create(body('About Acme'));
  await expect(refused).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('check "competitors" refused the input'),
  });
  await client('strict').chat.completions.create(body('I am max@example.com'));
  expect(server.sent()).not.toContain('max@');
});

it('wrapModel holds back a stream, and a refusal of kind content-filter has status 400', async () => {
  const { client } = await gatewayClient(['See A', 'cme now'], {
    wrapModel: (model) =>
      guarded(model, {
        output: [
          {
            ...noAcme,
            check: ({ text }) => (/acme/i.test(text) ? { deny: 'x', kind: 'content-filter' } : undefined),
          },
        ],
      }),
  });
  const complete = client('a').chat.completions.create(body('hi'));
  await expect(complete).rejects.toMatchObject({ status: 400 });
  let text = '';
  const reading = (async () => {
    const stream = await client('a').chat.completions.create({ ...body('hi'), stream: true });
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  })();
  await expect(reading).rejects.toThrow();
  expect(text).not.toContain('A');
});

it.each<[string, GatewayOptions['wrapModel']]>([
  [
    'throws',
    () => {
      throw new LlmError('config', 'private reason');
    },
  ],
  ['returns no model', () => undefined as never],
])('a wrapModel that %s leads to status 502, and onError receives the error', async (_name, wrapModel) => {
  const errors: unknown[] = [];
  const { server, client } = await gatewayClient(['Hello'], {
    wrapModel,
    onError: (error) => errors.push(error),
  });
  const failure = client('a').chat.completions.create(body('hi'));
  await expect(failure).rejects.toMatchObject({ status: 502 });
  await expect(failure).rejects.not.toThrow('private');
  expect(errors).toHaveLength(1);
  expect(server.connections()).toBe(0);
});
