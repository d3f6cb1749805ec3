import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo, user } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { startFaultyServer, type FaultyServer } from '@majordomo/testing';
import { expect, test } from 'vitest';
import { calledTool, evaluate, type EvalDefinition, type Evaluation } from '../src/index.ts';
import { recordingsOf, testFolder } from './support/fixture.ts';

const cases = ['a', 'b'].map((id) => ({ id, input: `question ${id}` }));

/** Returns providers that call the server, or providers without a key and a server. */
const majordomoAt = (server: FaultyServer | undefined) =>
  createMajordomo({
    providers: [
      createOpenAI({ api: 'chat', baseURL: server?.openaiBaseURL ?? 'http://127.0.0.1:1/v1' }),
      createAnthropic({ baseURL: server?.anthropicBaseURL ?? 'http://127.0.0.1:1' }),
    ],
    env: server === undefined ? {} : { OPENAI_API_KEY: 'sk-test', ANTHROPIC_API_KEY: 'sk-test' },
    chain: { attempts: 2, backoff: { baseMs: 0 }, whenAllBenched: 'try-soonest' },
  });

const withoutTime = ({ samples, totals }: Evaluation) => ({
  samples: samples.map(({ replayed: _replayed, ...sample }) => sample),
  cost: totals.nanoUsd,
});

test('a chain is recorded with a failed attempt and replays without server, network and key', async () => {
  const folder = testFolder();
  const definitionAt = (server: FaultyServer | undefined): EvalDefinition<string> => ({
    name: 'demo',
    majordomo: majordomoAt(server),
    cases,
    trials: 2,
    subject: (input, { model, signal }) =>
      model('openai/gpt-5.4-mini,anthropic/claude-haiku-4-5').generate(
        { messages: [user(input)] },
        { signal },
      ),
    checks: { answered: ({ text }) => text === 'It works.' },
  });
  const server = await startFaultyServer(({ api }) => (api === 'messages' ? 'It works.' : { status: 503 }));
  const recorded = await evaluate(definitionAt(server), { folder, mode: 'record' });
  const requests = server.requests.length;
  await server.close();
  const replayed = await evaluate(definitionAt(undefined), { folder });
  expect(withoutTime(replayed)).toEqual(withoutTime(recorded));
  expect(replayed.totals.errors).toBe(0);
  expect(replayed.samples[0]?.targets).toEqual(['anthropic/claude-haiku-4-5']);
  expect(server.requests.length).toBe(requests);
  expect(server.requests.some(({ api }) => api === 'chat-completions')).toBe(true);
  expect(BigInt(recorded.totals.nanoUsd ?? 0)).toBeGreaterThan(0n);
});

test('an agent with a recorded tool replays with its tool calls and cost', async () => {
  const folder = testFolder();
  let lookups = 0;
  const definitionAt = (server: FaultyServer | undefined): EvalDefinition<string> => ({
    name: 'demo',
    majordomo: majordomoAt(server),
    cases,
    subject: (input, { model, effect, signal }) => {
      const order = defineTool({
        name: 'order',
        description: 'Returns an order.',
        parameters: { type: 'object', properties: { id: { type: 'string' } } },
        run: ({ id }) => effect(['order', String(id)], () => `order ${++lookups}`),
      });
      return createAgent({ model: model('openai/gpt-5.4-mini'), tools: [order] }).run(input, { signal });
    },
    checks: { order: calledTool('order', { args: { id: '7' }, times: 1 }) },
  });
  const server = await startFaultyServer(({ body }) =>
    JSON.stringify(body['messages']).includes('"tool"')
      ? 'It is on its way.'
      : { toolCalls: [{ name: 'order', args: { id: '7' } }] },
  );
  const recorded = await evaluate(definitionAt(server), { folder, mode: 'record', accept: true });
  await server.close();
  const replayed = await evaluate(definitionAt(undefined), { folder });
  expect(withoutTime(replayed)).toEqual(withoutTime(recorded));
  expect(replayed.samples.map(({ scores, text }) => [scores['order']?.score, text])).toEqual([
    [1, 'It is on its way.'],
    [1, 'It is on its way.'],
  ]);
  expect([replayed.verdict, lookups]).toEqual(['pass', 2]);
  expect(recordingsOf(folder)).not.toContain('sk-test');
});
