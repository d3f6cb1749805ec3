import { describeWith, startTemporal, type Replayer } from '@majordomo/services';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { historyOf, type Happening } from '../../src/durable/temporal-history.ts';

const WORKFLOW = fileURLToPath(new URL('../../src/durable/temporal-workflow.mjs', import.meta.url));

const pay = { type: 'tool-call', id: 'c1', name: 'pay', args: { usd: 5 } };
const usage = { input: 3, output: 2 };
const answer = (parts: readonly object[], finish: string): Happening => ({
  activity: 'ask',
  result: { id: 'r', target: 'a/x', message: { role: 'assistant', parts }, finish, usage, warnings: [] },
});
const paymentCall = answer([pay], 'tool-calls');
const approval: Happening = { signal: 'decide', value: { callId: 'c1', approve: true } };
const denial: Happening = { signal: 'decide', value: { callId: 'c1', deny: 'too much' } };
const paymentResult: Happening = {
  activity: 'runTool',
  result: {
    type: 'tool-result',
    callId: 'c1',
    name: 'pay',
    content: [{ type: 'text', text: 'paid' }],
    isError: false,
  },
};
const finalAnswer = answer([{ type: 'text', text: 'Done.' }], 'stop');

describeWith('temporal', 'the pure steps in Temporal’s workflow isolate', () => {
  let temporal: Replayer;
  beforeAll(async () => {
    temporal = await startTemporal(WORKFLOW);
  }, 120_000);

  const replay = (happened: readonly Happening[]): Promise<void> =>
    temporal.replay(historyOf('agentRun', 'Pay the bill.', happened), 'run 1');

  it.each([
    ['an answer at once', [finalAnswer]],
    ['a tool that a person approves by a signal', [paymentCall, approval, paymentResult, finalAnswer]],
    ['a tool that a person denies: it does not run', [paymentCall, denial, finalAnswer]],
  ])('replay the history of a run: %s', async (_, happened) => {
    await expect(replay(happened)).resolves.toBeUndefined();
  });

  it.each([
    ['a tool that ran without approval', [paymentCall, paymentResult, finalAnswer]],
    ['a tool that ran though it was denied', [paymentCall, denial, paymentResult, finalAnswer]],
    ['an end before the answer', [paymentCall, approval, paymentResult]],
  ])('reject an inconsistent history: %s', async (_, happened) => {
    await expect(replay(happened)).rejects.toThrow(/[Nn]ondeterminism|does not match/);
  });
});
