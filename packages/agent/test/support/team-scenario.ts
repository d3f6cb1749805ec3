import { createMajordomo, type ModelRequest } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { agentTool, createAgent, type Agent, type AgentOptions, type Tool } from '../../src/index.ts';

/**
 * A desk that hands off to billing, whose sub-agent pays after an approval. Models answer by what they receive, so any process continues the run.
 * `ran` is called for each model call and each tool run.
 */
export function teamOf(ran: (what: string) => void): Agent {
  const member = (name: string, turns: readonly Turn[], options: Partial<AgentOptions>): Agent => {
    const turn = ({ messages }: ModelRequest): Turn => {
      const made = messages.filter(({ role }) => role === 'assistant').length;
      ran(`${name} answers ${made + 1}`);
      return turns[made] ?? 'Nothing more.';
    };
    const provider = fakeProvider({ id: 'f', models: { m: Array.from({ length: 20 }, () => turn) } });
    const model = createMajordomo({ providers: [provider] }).model('f/m');
    return createAgent({ name, model, budget: { maxTokens: 100_000 }, clock: NO_TIME, ...options });
  };
  const tool = (name: string, more: Partial<Tool> = {}): Tool => ({
    name,
    description: name,
    parameters: { type: 'object' },
    run: (_args, { key }) => {
      ran(`${name} ${key}`);
      return `${name} of ${key}`;
    },
    ...more,
  });
  const refunds = member('refunds', [calling('look', 'pay'), 'Refunded.'], {
    tools: [tool('look'), tool('pay', { approval: true })],
  });
  const billing = member('billing', ['', calling('ask_refunds', 'note'), 'All done.'], {
    tools: [
      agentTool({ name: 'ask_refunds', description: 'Refunds', agent: refunds }),
      tool('note', { approval: true }),
    ],
  });
  return member('desk', [calling('note', 'transfer_to_billing')], {
    tools: [tool('note')],
    handoffs: [billing],
  });
}

const calling = (...names: readonly string[]): Turn => ({
  toolCalls: names.map((name, at) => ({
    id: `c${at}`,
    name,
    args: name === 'ask_refunds' ? { task: 'go' } : {},
  })),
});

/** Equal runs must have equal states. */
const NO_TIME = { now: () => 0, timer: () => () => undefined };
