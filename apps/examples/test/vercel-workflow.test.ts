import { createAgent } from '@majordomo/agent';
import { createMajordomo, fromJson, toJson, type JsonValue } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { runBySteps, type Steps } from '../src/vercel-workflow.ts';

/** Serializes values as the workflow kit does between a step and its workflow. */
const carried = async <Value extends object>(step: () => Promise<Value>): Promise<Value> =>
  fromJson<Value>(JSON.parse(JSON.stringify(toJson(await step()))) as JsonValue);

it('vercel-workflow: runs tools without approval first and the approved tool afterwards, with JSON state', async () => {
  const ran: string[] = [];
  const tool = (name: string, approval: boolean) => ({
    name,
    description: name,
    parameters: { type: 'object', properties: {} } as const,
    approval,
    run: () => `${name}: ${ran.push(name)}`,
  });
  const calls = ['pay', 'look'].map((name) => ({ id: name, name, args: {} }));
  const models = { x: [{ toolCalls: calls }, 'Paid.'] };
  const model = createMajordomo({ providers: [fakeProvider({ id: 'a', models })] }).model('a/x');
  const agent = createAgent({ model, tools: [tool('pay', true), tool('look', false)] });
  const effects = agent.effects({ runId: 'run', signal: new AbortController().signal });
  const steps: Steps = {
    callModel: (state) => carried(() => effects.callModel(state)),
    needsApproval: (some, state) => carried(() => effects.needsApproval(some, state)),
    runTool: (call, state) => carried(() => effects.runTool(call, state)),
  };
  const questions: string[] = [];
  const result = await runBySteps('Pay order 7', steps, async (callId) => {
    questions.push(callId);
    expect(ran).toEqual(['look']);
    return { callId, approve: true };
  });
  expect({ result, questions, ran }).toEqual({
    result: { why: 'answered', text: 'Paid.' },
    questions: ['pay'],
    ran: ['look', 'pay'],
  });
});
