import { defineTool } from '@majordomo/agent';
import type { JobPlan } from '@majordomo/conformance';

/** Tool of the agent that a process runs. */
export const look = defineTool({
  name: 'look',
  description: 'Looks.',
  parameters: { type: 'object', properties: {} },
  run: () => 'seen',
});

/** Number of steps of the agent. */
export const STEPS = 5;

/** Returns the work of a step of the agent, from 1: a call of the tool, or the answer in the last step. */
export function planOfStep(step: number): JobPlan {
  if (step === STEPS) return { answer: 'the answer of the agent' };
  const call = { type: 'tool-call', id: `call_${step}`, name: 'look', json: '{}' } as const;
  return { answer: { parts: [call] } };
}
