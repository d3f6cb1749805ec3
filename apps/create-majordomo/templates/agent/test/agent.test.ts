import { createMajordomo } from '@majordomo/core';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeProvider } from '@majordomo/testing';
import { expect, test } from 'vitest';
import { FREE_USD, shopAgent } from '../src/agent.ts';

test('a refund of more than FREE_USD waits for an approval, and then runs', async () => {
  const usd = FREE_USD + 1;
  const call = { name: 'refund', args: { number: '7', usd } };
  const fake = fakeProvider({ id: 'fake', models: { m: [{ toolCalls: [call] }, 'It is paid.'] } });
  const agent = shopAgent(createMajordomo({ providers: [fake] }).model('fake/m'));
  await using stores = sqliteStores(':memory:');

  const paused = await agent.run('I want my money back for order 7.');
  expect(paused.awaiting).toMatchObject([call]);

  const decisions = paused.awaiting.map(({ id: callId }) => ({ callId, approve: true as const }));
  const result = await agent.run(paused.state, { decisions, records: stores.records });
  expect(result.text).toBe('It is paid.');
  expect(JSON.stringify(result.messages)).toContain(`refunded ${usd} USD for order 7`);
});
