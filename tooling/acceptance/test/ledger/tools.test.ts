import { createAgent, type Tool } from '@majordomo/agent';
import { user, type Usage } from '@majordomo/core';
import type { Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { ledgerFixture, reply } from '../../../../packages/calls/ledger/test/support/fixture.ts';

const limits = [{ name: 'day', max: { usd: '1' }, per: 'day' }] as const;

const used = (input: number, output: number): Usage => ({
  input,
  output,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
});

it("books the calls of a tool's own model on the same limits, under separate call ids", async () => {
  const call = { id: 'c', name: 'ask_another', args: {} };
  const turns: Turn[] = [
    { toolCalls: [call], usage: used(10, 1) },
    reply(5, 1, 'from within'),
    reply(20, 1, 'done'),
  ];
  const { majordomo, records, ledger } = ledgerFixture(turns, { limits });
  const tool: Tool = {
    name: 'ask_another',
    description: 'asks another model',
    parameters: { type: 'object' },
    async run() {
      return (await majordomo.model('acme/x').generate({ messages: [user('within')], maxTokens: 10 })).text;
    },
  };
  const agent = createAgent({ model: majordomo.model('acme/x'), tools: [tool], maxTokens: 10 });
  expect((await agent.run('hi')).text).toBe('done');
  await ledger.flush();
  expect(records.map(({ nanoUsd }) => nanoUsd)).toEqual(['20000', '15000', '30000']);
  expect(new Set(records.map(({ call: of }) => of)).size).toBe(3);
  expect((await ledger.state())[0]?.used).toBe(65_000n);
});
