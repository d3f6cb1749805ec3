import { createMajordomo, type ModelRequest } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { agentTool, createAgent, type Agent, type AgentOptions, type Tool } from '../../src/index.ts';
import { plain } from './tools.ts';

/**
 * Returns a desk agent that hands off to billing, whose sub-agent pays after an approval. The models answer according to the
 * request, so any process can continue the run. `record` is called for each model call and each tool run.
 */
export function teamOf(record: (what: string) => void): Agent {
  const member = (name: string, turns: readonly Turn[], options: Partial<AgentOptions>): Agent => {
    const turn = ({ messages }: ModelRequest): Turn => {
      const answers = messages.filter(({ role }) => role === 'assistant').length;
      record(`${name} answers ${answers + 1}`);
      return turns[answers] ?? 'Nothing more.';
    };
    const provider = fakeProvider({ id: 'f', models: { m: Array.from({ length: 20 }, () => turn) } });
    const model = createMajordomo({ providers: [provider] }).model('f/m');
    return createAgent({ name, model, budget: { maxTokens: 100_000 }, clock: STOPPED_CLOCK, ...options });
  };
  const tool = (name: string, more: Partial<Tool> = {}): Tool => {
    const run: Tool['run'] = (_args, { key }) => {
      record(`${name} ${key}`);
      return `${name} of ${key}`;
    };
    return plain(name, run, more);
  };
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

/** Clock that does not advance, so that equal runs have equal states. */
const STOPPED_CLOCK = { now: () => 0, timer: () => () => undefined };
