import { type ChatModel, createMajordomo } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';

/** Functions of `@majordomo/agent` that the suite needs. Callers pass them, because this package does not import that package. */
export interface AgentKit<Agent> {
  /** Creates an agent, as `createAgent` of `@majordomo/agent` does. */
  readonly createAgent: (options: {
    readonly model: ChatModel;
    readonly tools: readonly KitTool[];
    readonly parallelTools?: boolean;
    readonly maxSteps?: () => number;
    readonly name?: string;
    readonly handoffs?: readonly Agent[];
  }) => Agent;
  /** Creates a tool that runs an agent, as `agentTool` of `@majordomo/agent` does. */
  readonly agentTool: (options: {
    readonly name: string;
    readonly description: string;
    readonly agent: Agent;
  }) => unknown;
  /** Function that returns the value with which a tool suspends its call. */
  readonly suspend: () => object;
}

/** Tool of an agent. */
export interface KitTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: { readonly type: 'object' };
  readonly approval?: boolean;
  readonly effect?: 'once';
  /** Returns the result of the tool. If the engine repeats the execution of a call, `key` stays the same. */
  run(args: never, context: { readonly key: string }): string | object | Promise<string>;
}

/** Agents of the suite, by name. The engine under test must run all of them. */
export type EngineAgents<Agent> = Readonly<Record<EngineAgentName, Agent>>;

/** Names of the agents of the suite. */
export type EngineAgentName =
  | 'plain'
  | 'approval'
  | 'suspended'
  | 'failing'
  | 'invalid'
  | 'unusual-ids'
  | 'parallel'
  | 'waiting'
  | 'team';

/** Call ids with unusual characters or lengths, which models may send. */
export const UNUSUAL_IDS: readonly string[] = ['a\0b', 'x'.repeat(9000), "it's", 'ü/😀'];

const calls = (...pairs: readonly (readonly [id: string, name: string])[]): Turn => ({
  toolCalls: pairs.map(([id, name]) => ({ id, name, args: name === 'ask' ? { task: 'pay' } : {} })),
});

/** Creates a tool. Its results contain the key of the call, which is `<run id>/<step>/<call id>`. */
const tool = (name: string, more: Partial<KitTool> = {}): KitTool => ({
  name,
  description: name,
  parameters: { type: 'object' },
  run: (_args, { key }) => `${name} under ${key}`,
  ...more,
});

/** Creates the suite's agents for one engine. Each call of a tool of the agent `parallel` adds its key to `startedKeys`. */
export function engineAgents<Agent>(
  { createAgent, suspend, agentTool }: AgentKit<Agent>,
  startedKeys: string[],
): EngineAgents<Agent> {
  const agent = (
    turns: readonly Turn[],
    tools: readonly unknown[] = [],
    more: Partial<Omit<Parameters<typeof createAgent>[0], 'model' | 'tools'>> = {},
  ): Agent => {
    const provider = fakeProvider({ id: 'f', models: { m: turns } });
    const model = createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model('f/m');
    return createAgent({ model, tools: tools as readonly KitTool[], ...more });
  };
  const allStarted = barrier(4);
  const runTogether = async (_args: never, { key }: { readonly key: string }): Promise<string> => {
    startedKeys.push(key);
    await allStarted();
    return 'done';
  };
  const payer = agent(
    [calls(['p', 'pay'], ['q', 'look']), 'Refunded.'],
    [tool('pay', { approval: true, effect: 'once' }), tool('look')],
    { parallelTools: true },
  );
  const askPayer = agentTool({ name: 'ask', description: 'Pays', agent: payer });
  const billing = agent([calls(['a', 'ask'], ['n', 'look']), 'All done.'], [askPayer, tool('look')], {
    name: 'billing',
  });
  return {
    plain: agent([calls(['1', 'look']), 'Done.'], [tool('look')]),
    approval: agent(
      [calls(['a', 'pay'], ['b', 'pay']), 'Paid.'],
      [tool('pay', { approval: true, effect: 'once' })],
    ),
    suspended: agent([calls(['s', 'ask']), 'Thanks.'], [tool('ask', { run: () => suspend() })]),
    failing: agent([{ fail: 'auth', after: 'half an ans', status: 401 }]),
    invalid: agent([], [], { maxSteps: () => Number.NaN }),
    'unusual-ids': agent(
      [calls(...UNUSUAL_IDS.map((id) => [id, 'pay'] as const)), 'Odd.'],
      [tool('pay', { approval: true })],
    ),
    parallel: agent(
      [calls(['1', 'look'], ['2', 'pay'], ['3', 'look'], ['4', 'pay']), 'Done together.'],
      [tool('look', { run: runTogether }), tool('pay', { effect: 'once', run: runTogether })],
      { parallelTools: true },
    ),
    waiting: agent([calls(['e', 'pay'])], [tool('pay', { approval: true })]),
    // `createAgent` gives `desk` a tool `transfer_to_billing`, which hands the conversation to that agent.
    team: agent([calls(['t', 'transfer_to_billing'], ['l', 'look'])], [tool('look')], {
      name: 'desk',
      handoffs: [billing],
      parallelTools: true,
    }),
  };
}

/** Returns a function whose promises all resolve at its call number `count`. */
function barrier(count: number): () => Promise<void> {
  let left = count;
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return () => {
    if (--left === 0) open();
    return opened;
  };
}
