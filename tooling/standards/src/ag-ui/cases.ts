import { createAgent, defineTool, type Agent, type Tool, type ToolContext } from '@majordomo/agent';
import { createMajordomo, type JsonObject } from '@majordomo/core';
import { fakeProvider, seededRandom, type Turn } from '@majordomo/testing';
import type { AgUiChannel } from '@majordomo/ui/ag-ui';
import type { AgUiResult, AgUiRun } from './client.ts';

/** Run, with the result that the client must see. */
export interface AgUiCase {
  readonly run: AgUiRun;
  readonly expected: Pick<AgUiResult, 'outcomes' | 'text'>;
}

const parameters = { type: 'object' } as const;

/** Changes the state and an activity of the page. */
function note({ index }: JsonObject, { context }: ToolContext): string {
  const channel = context as AgUiChannel;
  const notes = { ...(channel.state as JsonObject | undefined), [`note ${JSON.stringify(index)}`]: 'noted' };
  channel.setState(notes);
  channel.activity('notes', 'progress', { count: Object.keys(notes).length });
  return 'noted';
}

const TOOLS = [
  defineTool({ name: 'note', description: 'Writes a note', parameters, run: note }),
  defineTool({ name: 'pay', description: 'Pays', parameters, approval: true, run: () => 'paid' }),
  defineTool({
    name: 'fail',
    description: 'Fails',
    parameters,
    run: () => Promise.reject(new Error('no network')),
  }),
];

/** Returns a function that creates an agent with tools of the page. The agent's chain has a target for each script. */
function agentOf(...scripts: readonly (readonly Turn[])[]): (tools: readonly Tool[]) => Agent {
  const providers = scripts.map((turns, index) => fakeProvider({ id: `t${index}`, models: { m: turns } }));
  const majordomo = createMajordomo({ providers, chain: { attempts: 1 } });
  const model = majordomo.model(providers.map(({ id }) => `${id}/m`).join(','));
  return (tools) => createAgent({ model, tools: [...TOOLS, ...tools] });
}

const called = (...names: readonly string[]): Turn => ({
  text: 'Let me see. ',
  toolCalls: names.map((name, index) => ({ id: `${name}-${index}`, name, args: { index } })),
});

/** Cases by id. */
export const AG_UI_CASES: Readonly<Record<string, AgUiCase>> = {
  text: {
    run: { agentWith: agentOf([{ text: 'one two three', chunks: 3 }]) },
    expected: { outcomes: ['success'], text: 'one two three' },
  },
  reasoning: {
    run: { agentWith: agentOf([{ reasoning: 'I think.', text: 'done' }]) },
    expected: { outcomes: ['success'], text: 'done' },
  },
  'a tool call': {
    run: { agentWith: agentOf([called('note'), 'done']) },
    expected: { outcomes: ['success'], text: 'Let me see. done' },
  },
  'parallel tool calls, of which one fails': {
    run: { agentWith: agentOf([called('note', 'fail', 'note'), 'done']) },
    expected: { outcomes: ['success'], text: 'Let me see. done' },
  },
  'a call that is approved': {
    run: { agentWith: agentOf([called('pay', 'note'), 'done']) },
    expected: { outcomes: ['interrupt', 'success'], text: 'Let me see. done' },
  },
  'two calls that are denied': {
    run: { agentWith: agentOf([called('pay', 'pay'), 'done']), approve: () => false },
    expected: { outcomes: ['interrupt', 'success'], text: 'Let me see. done' },
  },
  'a tool of the page': {
    run: { agentWith: agentOf([called('locate'), 'done']) },
    expected: { outcomes: ['success', 'success'], text: 'Let me see. done' },
  },
  'two tools of the page that answer one after the other': {
    run: { agentWith: agentOf([called('locate', 'locate'), 'done']), answers: () => false },
    expected: { outcomes: ['success', 'success', 'success'], text: 'Let me see. done' },
  },
  'a tool of the page and an approval in one step': {
    run: { agentWith: agentOf([called('locate', 'pay', 'note'), 'done']) },
    expected: { outcomes: ['interrupt', 'success'], text: 'Let me see. done' },
  },
  'a text that another target restarts': {
    run: { agentWith: agentOf([{ fail: 'network', after: 'one two' }], ['one two three']) },
    expected: { outcomes: ['success'], text: 'one two three' },
  },
  'a failure before the first content': {
    run: { agentWith: agentOf([{ fail: 'auth' }]) },
    expected: { outcomes: ['error'], text: '' },
  },
  'a failure after the first content': {
    run: { agentWith: agentOf([{ fail: 'network', after: 'one two' }]) },
    expected: { outcomes: ['error'], text: 'one two' },
  },
  'a run that the server stops': {
    run: { agentWith: agentOf([{ hang: true, after: 'one ' }]), isStopped: true },
    expected: { outcomes: ['cancelled'], text: 'one ' },
  },
};

/** Step of a random run: the turn of the model, and what the first target sends before it fails, if it does. */
interface RandomStep {
  readonly turn: Turn;
  readonly failsAfter: string | undefined;
}

/** Returns a run of up to four steps with random texts, calls, failures, approvals and tools of the page. */
export function randomRun(seed: number): AgUiRun {
  const random = seededRandom(seed);
  const count = 1 + Math.floor(random() * 4);
  const steps = Array.from({ length: count }, (_, index) => randomStep(index, index === count - 1, random));
  /** Returns the turn for a request by the number of steps that it contains. */
  const turnOf =
    (isFirst: boolean): Turn =>
    ({ messages }) => {
      const step = steps[messages.filter(({ role }) => role === 'assistant').length];
      if (step === undefined) throw new Error('the request has too many steps');
      const { turn, failsAfter } = step;
      if (!isFirst || failsAfter === undefined) return turn;
      return failsAfter === '' ? { fail: 'network' } : { fail: 'network', after: failsAfter };
    };
  const turns = (isFirst: boolean): readonly Turn[] => Array.from({ length: 30 }, () => turnOf(isFirst));
  return {
    agentWith: agentOf(turns(true), turns(false)),
    approve: () => random() < 0.6,
    answers: () => random() < 0.5,
  };
}

function randomStep(step: number, isLast: boolean, random: () => number): RandomStep {
  const below = (limit: number): number => Math.floor(random() * limit);
  const names = Array.from({ length: below(4) }, () => ['note', 'pay', 'fail', 'locate'][below(4)] ?? 'note');
  const text = Array.from({ length: 1 + below(8) }, (_, word) => `w${step}${word} `).join('');
  const toolCalls = (isLast ? [] : [...names, 'note']).map((name, index) => {
    return { id: `c${step}-${index}`, name, args: { index } };
  });
  const reasoning = random() < 0.3 ? 'I think.' : undefined;
  const failsAfter = random() < 0.5 ? text.slice(0, below(text.length)) : undefined;
  return { turn: { text, chunks: 1 + below(3), toolCalls, reasoning }, failsAfter };
}
