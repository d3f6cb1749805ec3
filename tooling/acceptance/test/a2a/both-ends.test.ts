import { createAgent } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { connectA2a } from '@majordomo/a2a';
import { servedAgent } from '../../src/a2a/processes.ts';

it('an agent approves a call of an agent in another process', async () => {
  const { start, calls } = servedAgent();
  const served = await start();
  await using clerk = await connectA2a({ name: 'clerk', url: served.origin, credential: 'token-a' });
  const turns = [{ toolCalls: [{ name: 'clerk', args: { task: 'pay' } }] }, 'The clerk has paid.'];
  const fake = fakeProvider({ id: 'f', models: { m: turns } });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('f/m');
  const agent = createAgent({ model, toolboxes: [clerk] });

  const paused = await agent.run('Pay the bill');
  expect(JSON.stringify(paused.state.suspended)).toContain('Approve pay({})?');
  expect(calls()).toEqual([]);

  const id = paused.awaiting[0]?.id ?? '';
  const { state, decisions } = await clerk.settle(paused.state, { [id]: 'approve' });
  const { text } = await agent.run(state, { decisions });
  expect(text).toBe('The clerk has paid.');
  expect(JSON.stringify(fake.requests[1]?.request.messages)).toContain('Done.');
  expect(calls()).toHaveLength(1);
});
