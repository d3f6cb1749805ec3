import { catalog as shipped } from '@majordomo/catalog';
import { catalogDocument } from '@majordomo/catalog/refresh';
import {
  anthropicMessages,
  openaiResponses,
  promptCacheScript,
  startWireServer,
} from '@majordomo/conformance';
import type { Tool } from '@majordomo/agent';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { cachedAgent } from '../src/cached-agent.ts';

const rates = { input: 4_000_000, output: 20_000_000, cacheRead: 200_000, cacheWrite: 5_000_000 };
const look: Tool = {
  name: 'look',
  description: 'Reads a file',
  parameters: { type: 'object', properties: { path: { type: 'string' } } },
  run: () => 'word '.repeat(2000),
};

it('cached-agent: reads its prompt from the cache, takes new prices, and stops at the limit', async () => {
  const clock = fakeClock(Date.UTC(2026, 10, 20, 12));
  let step = 0;
  const vendor = promptCacheScript({
    vendor: 'anthropic',
    rates,
    now: () => clock.now(),
    answer: () => ({
      id: `m${step}`,
      parts:
        step++ % 4 === 3
          ? [{ type: 'text', text: 'Empty.' }]
          : [{ type: 'tool-call', name: 'look', json: JSON.stringify({ path: `${step}.txt` }) }],
      usage: { output: 20 },
    }),
  });
  await using anthropic = await startWireServer({ wire: anthropicMessages, script: vendor.script });
  await using openai = await startWireServer({ wire: openaiResponses, script: [] });
  const document = await catalogDocument(shipped, ['anthropic']);
  const models = document.models.map((model) =>
    model.id === 'claude-opus-5-5'
      ? { ...model, prices: model.prices.map((price) => ({ ...price, rates })) }
      : model,
  );
  const date = new Date(Date.parse(document.date) + 86_400_000).toISOString().slice(0, 10);
  const options = {
    providers: [
      createAnthropic({ apiKey: 'any', baseURL: anthropic.baseURL }),
      createOpenAI({ apiKey: 'any', baseURL: openai.baseURL }),
    ],
    prices: {
      name: 'prices',
      load: () => Promise.resolve({ data: { ...document, date, models } }),
    },
    tools: [look],
    clock,
  };
  const { agent, ledger, catalog } = await cachedAgent({ ...options, maxUsd: '5.00' });
  expect(catalog.date).toBe(date);
  expect((await agent.run('What is in a.txt?', { tenant: 'acme' })).text).toBe('Empty.');
  await ledger.flush();
  const [row] = await ledger.report({ by: ['tenant'] });
  expect(row?.cacheSavedNanoUsd).toBeGreaterThan(row?.cacheExtraNanoUsd ?? 0n);
  expect(row?.nanoUsd).toBe(vendor.bill.picoUsd / 1000n);
  const poor = await cachedAgent({ ...options, maxUsd: '0.0001' });
  const requests = anthropic.requests.length;
  await expect(poor.agent.run('What is in b.txt?', { tenant: 'acme' })).rejects.toThrow('day');
  expect(anthropic.requests.length).toBe(requests);
  catalog.close();
  poor.catalog.close();
});
