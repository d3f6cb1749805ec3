import { type ChatModel, createMajordomo } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';

/** `createAgent` and `suspend` of `@majordomo/agent`, which this package does without. */
export interface AgentKit<Agent> {
  /** An agent of that model and those tools. */
  readonly createAgent: (options: {
    readonly model: ChatModel;
    readonly tools: readonly KitTool[];
    readonly parallelTools?: boolean;
    readonly maxSteps?: () => number;
  }) => Agent;
  /** What a tool returns to wait for somebody. */
  readonly suspend: () => object;
}

/** A tool as an agent runs it. */
export interface KitTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: { readonly type: 'object' };
  readonly approval?: boolean;
  readonly effect?: 'once';
  /** Answers the call; `key` is the same whenever this call is run again. */
  run(args: never, context: { readonly key: string }): string | object | Promise<string>;
}

/** Agents that every engine has to run; each plays one run. */
export type EngineAgents<Agent> = Readonly<Record<EngineAgentName, Agent>>;

/** What each of them does is in the case of its name. */
export type EngineAgentName = 'plain' | 'asks' | 'suspends' | 'fails' | 'wrong' | 'odd' | 'sides' | 'waits';

/** Ids of calls as models may give them. */
export const ODD_IDS: readonly string[] = ['a\0b', 'x'.repeat(9000), "it's", 'ü/😀'];

const calls = (...made: readonly (readonly [id: string, name: string])[]): Turn => ({
  toolCalls: made.map(([id, name]) => ({ id, name, args: {} })),
});

const tool = (name: string, more: Partial<KitTool> = {}): KitTool => ({
  name,
  description: name,
  parameters: { type: 'object' },
  run: (_args, { key }) => `${name} under ${key}`,
  ...more,
});

/** Of one engine; `begun` are the keys of calls of `sides`, in the order in which they began. */
export function engineAgents<Agent>(
  { createAgent, suspend }: AgentKit<Agent>,
  begun: string[],
): EngineAgents<Agent> {
  const agent = (
    turns: readonly Turn[],
    tools: readonly KitTool[] = [],
    more: { readonly parallelTools?: boolean; readonly maxSteps?: () => number } = {},
  ): Agent => {
    const provider = fakeProvider({ id: 'f', models: { m: turns } });
    const model = createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model('f/m');
    return createAgent({ model, tools, ...more });
  };
  const all = together(4);
  const met = async (_args: never, { key }: { readonly key: string }): Promise<string> => {
    begun.push(key);
    await all();
    return 'done';
  };
  return {
    plain: agent([calls(['1', 'look']), 'Done.'], [tool('look')]),
    asks: agent(
      [calls(['a', 'pay'], ['b', 'pay']), 'Paid.'],
      [tool('pay', { approval: true, effect: 'once' })],
    ),
    suspends: agent([calls(['s', 'ask']), 'Thanks.'], [tool('ask', { run: () => suspend() })]),
    fails: agent([{ fail: 'auth', after: 'half an ans', status: 401 }]),
    wrong: agent([], [], { maxSteps: () => Number.NaN }),
    odd: agent(
      [calls(...ODD_IDS.map((id) => [id, 'pay'] as const)), 'Odd.'],
      [tool('pay', { approval: true })],
    ),
    sides: agent(
      [calls(['1', 'look'], ['2', 'pay'], ['3', 'look'], ['4', 'pay']), 'Side by side.'],
      [tool('look', { run: met }), tool('pay', { effect: 'once', run: met })],
      { parallelTools: true },
    ),
    waits: agent([calls(['e', 'pay'])], [tool('pay', { approval: true })]),
  };
}

/** Each of so many waits for the others. */
function together(count: number): () => Promise<void> {
  let left = count;
  let allBegan = (): void => undefined;
  const met = new Promise<void>((resolve) => (allBegan = resolve));
  return () => {
    if (--left === 0) allBegan();
    return met;
  };
}
