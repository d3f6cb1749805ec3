import type { Agent } from './agent.ts';
import { nestingOf, withNesting } from './nesting.ts';
import { RunError } from './run-error.ts';
import type { RunState } from './state.ts';
import { defineTool, type Tool, type ToolContext } from './tool.ts';

const MAX_DEPTH = 3;

/**
 * Returns a tool that runs an agent for another agent. The agent inherits the abort signal, the call options and the context of
 * the calling run. The usage of the agent is added to the usage of that run.
 */
export function agentTool({
  name,
  description,
  agent,
}: {
  readonly name: string;
  readonly description: string;
  readonly agent: Pick<Agent, 'run'>;
}): Tool {
  return defineTool({
    name,
    description,
    parameters: {
      type: 'object',
      properties: {
        task: { type: 'string', description: 'The whole task: nothing else of this conversation is known.' },
      },
      required: ['task'],
      additionalProperties: false,
    },
    run: ({ task }, context) => delegate(agent, typeof task === 'string' ? task : '', context),
  });
}

async function delegate(agent: Pick<Agent, 'run'>, task: string, parent: ToolContext): Promise<string> {
  const { options, signal, context, key } = parent;
  const { cost, left, spend } = nestingOf(parent);
  const depth = parent.depth + 1;
  const add = ({ usage, spent }: RunState): void => {
    parent.spend(usage);
    if (spent !== undefined) spend?.(spent);
  };
  if (depth > MAX_DEPTH) throw new Error(`agents may be nested ${MAX_DEPTH} deep`);
  try {
    const inherited = { ...options, signal, context, runId: key };
    const result = await agent.run(task, withNesting(inherited, { depth, cost, left }));
    add(result.state);
    if (result.done === 'answered') return result.text;
    const why =
      result.done ?? `it waits for a decision on ${result.awaiting.map((call) => call.name).join(', ')}`;
    throw new Error(`the agent stopped without an answer (${why}): ${result.text}`);
  } catch (error) {
    if (RunError.is(error)) add(error.state);
    throw error;
  }
}
