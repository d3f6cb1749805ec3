import { createMajordomo, user, type CallEvent } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { anthropicMessages, openaiChat, startWireServer } from '@majordomo/conformance';
import { expect, it } from 'vitest';
import { createRouter } from '../src/index.ts';

it('a choice with real SDKs fails over, and the response, the events and the records name the target that responded', async () => {
  await using openai = await startWireServer({
    wire: openaiChat,
    script: [{ failure: 'overloaded' }, { failure: 'overloaded' }, 'From OpenAI.'],
  });
  await using anthropic = await startWireServer({
    wire: anthropicMessages,
    script: ['From Anthropic.', 'Again.'],
  });
  const ledger = createLedger({
    limits: [{ name: 'day', max: { usd: '5.00' }, per: 'day', each: ['vendor'] }],
  });
  const router = createRouter({
    presets: {
      mid: {
        choose: ['openai/gpt-4o-mini', 'anthropic/claude-haiku-4-5'],
        by: 'cost-effective',
        needs: { tools: true },
      },
      claude: { spec: 'anthropic/claude-haiku-4-5', with: { maxTokens: 99 } },
    },
    ledger,
  });
  const events: CallEvent[] = [];
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ api: 'chat', apiKey: 'k', baseURL: openai.baseURL }),
      createAnthropic({ apiKey: 'k', baseURL: anthropic.baseURL }),
    ],
    resolvers: [router.resolver],
    gates: [ledger.gate],
    onEvent: (event) => {
      router.onEvent(event);
      events.push(event);
    },
    chain: { backoff: { baseMs: 1 } },
  });
  const request = { messages: [user('hi')] };

  const plan = await router.plan('mid', majordomo, { request });
  expect([plan.chain, plan.reason]).toEqual(['openai/gpt-4o-mini,anthropic/claude-haiku-4-5', 'ranked']);
  expect(plan.candidates.every(({ estimateNanoUsd = 0n }) => estimateNanoUsd > 0n)).toBe(true);
  expect([openai.requests.length, anthropic.requests.length]).toEqual([0, 0]);

  const response = await majordomo.model('mid').generate(request);
  expect([response.text, response.target, response.spec]).toEqual([
    'From Anthropic.',
    'anthropic/claude-haiku-4-5',
    'mid',
  ]);
  expect(response.attempts.map(({ target, name, outcome }) => [target, name, outcome])).toEqual([
    ['openai/gpt-4o-mini', 'mid', 'failed'],
    ['openai/gpt-4o-mini', 'mid', 'failed'],
    ['anthropic/claude-haiku-4-5', 'mid', 'finished'],
  ]);
  expect(events.findLast(({ type }) => type === 'attempt-end')).toMatchObject({
    result: { target: 'anthropic/claude-haiku-4-5', name: 'mid', outcome: 'finished' },
  });

  // The first target is unhealthy now, so the next plan ranks it last.
  expect((await router.plan('mid', majordomo, { request })).chain).toBe(
    'anthropic/claude-haiku-4-5,openai/gpt-4o-mini',
  );
  await majordomo.model('mid').generate(request, { metadata: { model: 'claude' } });
  expect(anthropic.requests.at(-1)?.body).toMatchObject({ max_tokens: 99 });

  await ledger.flush();
  const records: unknown[] = [];
  for await (const { target, name, outcome } of ledger.records()) records.push([target, name, outcome]);
  expect(records).toEqual([
    ['openai/gpt-4o-mini', 'mid', 'failed'],
    ['openai/gpt-4o-mini', 'mid', 'failed'],
    ['anthropic/claude-haiku-4-5', 'mid', 'finished'],
    ['anthropic/claude-haiku-4-5', 'claude', 'finished'],
  ]);
});
