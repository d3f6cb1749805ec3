import { agentTool, createAgent } from '@majordomo/agent';
import { createCompactor } from '@majordomo/context';
import { assistant, createMajordomo, LlmError, user, type Majordomo, type Message } from '@majordomo/core';
import { guarded, judge, residency } from '@majordomo/guards';
import { openaiCompatible } from '@majordomo/provider-openai';
import { expect, it, onTestFinished } from 'vitest';
import { countingServer, type CountingServer } from '../src/counting-server.ts';

async function places(): Promise<{ majordomo: Majordomo; near: CountingServer; far: CountingServer }> {
  const [near, far] = [await countingServer(), await countingServer()];
  onTestFinished(async () => {
    await Promise.all([near.close(), far.close()]);
  });
  const provider = (id: string, { origin }: CountingServer, region: string) =>
    openaiCompatible({ id, baseURL: origin }, { baseURL: `${origin}/v1`, data: { region } });
  const majordomo = createMajordomo({
    providers: [provider('near', near, 'eu'), provider('far', far, 'us')],
    gates: [residency({ allow: ['eu'] })],
    chain: { attempts: 1 },
  });
  return { majordomo, near, far };
}

it('a summarizer in a refused place is not connected to, and its fallback summarizes', async () => {
  const { majordomo, near, far } = await places();
  const messages: readonly Message[] = Array.from({ length: 20 }, (_, at) =>
    at % 2 === 0 ? user(`question ${at} `.repeat(200)) : assistant(`answer ${at} `.repeat(200)),
  );
  const compact = (spec: string) =>
    createCompactor({ summarizer: majordomo.model(spec), contextTokens: 4000 }).run(messages);
  const refused = await compact('far/m');
  expect(refused).toMatchObject({ skipped: 'failed' });
  expect(near.connections()).toBe(0);
  const { lineage } = await compact('far/m,near/m');
  expect(lineage).toBeDefined();
  expect([near.requests.length, far.connections()]).toEqual([1, 0]);
});

it('a judge in a refused place is not connected to, and refuses', async () => {
  const { majordomo, near, far } = await places();
  const check = judge(majordomo.model('far/m'), { name: 'policy', policy: 'no jokes' });
  const model = guarded(majordomo.model('near/m'), { input: [check] });
  const error: unknown = await model.generate({ messages: [user('hi')] }).catch((thrown: unknown) => thrown);
  expect(LlmError.is(error, 'denied') && error.details.code).toBe('policy');
  expect([near.connections(), far.connections()]).toEqual([0, 0]);
});

it('a sub-agent in a refused place is not connected to, and its caller continues', async () => {
  const { majordomo, near, far } = await places();
  const other = createAgent({ model: majordomo.model('far/m') });
  const tool = agentTool({ agent: other, name: 'other', description: 'Asks another agent' });
  const { signal } = new AbortController();
  const context = {
    signal,
    callId: 'c',
    key: 'k',
    context: undefined,
    options: {},
    depth: 0,
    spend: () => undefined,
  };
  await expect(tool.run({ task: 'hi' } as never, context)).rejects.toThrow('its region is us');
  const run = await createAgent({ model: majordomo.model('near/m'), tools: [tool] }).run('hi');
  expect(run.text).toContain('Hello');
  expect([near.requests.length, far.connections()]).toEqual([1, 0]);
});
