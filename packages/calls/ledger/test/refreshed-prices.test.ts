import { catalog as shipped } from '@majordomo/catalog';
import { refreshed } from '@majordomo/catalog/refresh';
import { createMajordomo, user } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { createLedger } from '../src/index.ts';

const SPEC = 'openai/gpt-99-next';

it('admits a model under a money limit once a refreshed catalog has its price', async () => {
  const data = {
    openai: { models: { 'gpt-99-next': { cost: { input: 2, output: 10 }, limit: { output: 1000 } } } },
  };
  const source = { name: 'prices', load: async () => ({ data, date: '2099-01-01' }) };
  const clock = {
    now: () => Date.parse('2099-01-01'),
    sleep: async () => undefined,
    timer: () => () => undefined,
  };
  const catalog = await refreshed({ from: source, everyMs: 0, clock });
  const ledger = createLedger({
    catalog,
    clock,
    limits: [{ name: 'day', max: { usd: '5.00' }, per: 'day' }],
  });
  const openai = fakeProvider({
    id: 'openai',
    vendor: 'openai',
    models: { 'gpt-99-next': [{ text: 'hello' }] },
  });
  const majordomo = createMajordomo({ providers: [openai], gates: [ledger.gate], clock });
  const callModel = () => majordomo.model(SPEC).generate({ messages: [user('hi')] });
  expect(await shipped.find('openai', 'gpt-99-next')).toBeUndefined();
  await expect(callModel()).rejects.toThrow(/no price for openai\/gpt-99-next/);
  expect((await catalog.refresh()).type).toBe('refreshed');
  expect((await callModel()).text).toBe('hello');
});
