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
const asksToPay = answer([pay], 'tool-calls');
const approval: Happening = { signal: 'decide', value: { callId: 'c1', approve: true } };
const denial: Happening = { signal: 'decide', value: { callId: 'c1', deny: 'too much' } };
const paid: Happening = {
  activity: 'runTool',
  result: {
    type: 'tool-result',
    callId: 'c1',
    name: 'pay',
    content: [{ type: 'text', text: 'paid' }],
    isError: false,
  },
};
const says = answer([{ type: 'text', text: 'Done.' }], 'stop');

describeWith('temporal', 'the pure steps in Temporal’s workflow isolate', () => {
  let temporal: Replayer;
  beforeAll(async () => {
    temporal = await startTemporal(WORKFLOW);
  }, 120_000);

  const replayed = (happened: readonly Happening[]): Promise<void> =>
    temporal.replay(historyOf('agentRun', 'Pay the bill.', happened), 'run 1');

  it.each([
    ['an answer at once', [says]],
    ['a tool that a person approves by a signal', [asksToPay, approval, paid, says]],
    ['a tool that a person denies: it does not run', [asksToPay, denial, says]],
  ])(
    'follow the history of the run: %s',
    async (_, happened) => {
      await expect(replayed(happened)).resolves.toBeUndefined();
    },
    60_000,
  );

  it.each([
    ['a tool that ran without approval', [asksToPay, paid, says]],
    ['a tool that ran though it was denied', [asksToPay, denial, paid, says]],
    ['an end before the answer', [asksToPay, approval, paid]],
  ])(
    'reject another history: %s',
    async (_, happened) => {
      await expect(replayed(happened)).rejects.toThrow(/[Nn]ondeterminism|does not match/);
    },
    60_000,
  );
});
