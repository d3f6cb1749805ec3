import type { Agent } from './agent.ts';
import { spentSince } from '../budget/budget.ts';
import { MAX_DEPTH, nestingOf, withNesting } from '../run/nesting.ts';
import { RunError } from '../state/run-error.ts';
import type { RunState } from '../state/state.ts';
import { markSubAgent, waitingOutput } from '../tools/sub-agent-tool.ts';
import { UNKNOWN_USAGE } from '../state/sum-usage.ts';
import { defineTool, type Tool, type ToolContext, type ToolOutput } from '../tools/tool.ts';

/**
 * Returns a tool that runs an agent for another agent. The agent inherits the abort signal, the call options, the context, the
 * records of claims and the remaining budget of the calling run. The agent's usage is added to the usage of that run. If a call of the
 * agent waits for a decision, the calling run also waits. Its `awaiting` lists the call under the id `<call of this tool>/<call
 * of the agent>`, which is the `callId` of a decision. A decision `deny` for the call of this tool ends the agent's run.
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
  const tool = defineTool({
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
  return markSubAgent(tool, agent);
}

async function delegate(agent: Pick<Agent, 'run'>, task: string, parent: ToolContext): Promise<ToolOutput> {
  const { options, signal, context, key } = parent;
  const { run: waitingState, subAgentResult, spend, ...inherited } = nestingOf(parent);
  const depth = parent.depth + 1;
  if (depth > MAX_DEPTH) throw new Error(`agents may be nested at most ${MAX_DEPTH} levels deep`);
  const addUsage = ({ usage, spent }: RunState): void => {
    // `parent.spend` counts the usage, and the inherited `spend` counts the cost and the time.
    parent.spend(usage);
    // `spent` of an agent that waited accumulates, so only the amounts since the wait are new.
    if (spent !== undefined) spend?.(spentSince(spent, waitingState?.spent), usage);
  };
  try {
    const runOptions = withNesting({ ...options, signal, context, runId: key }, { ...inherited, depth });
    // If a journal has driven the agent, its result exists already.
    const running = subAgentResult?.() ?? agent.run(waitingState ?? task, runOptions);
    const { state, awaiting, done, text } = await running;
    addUsage(state);
    // The usage of the calling run already includes the agent's usage, so do not store the usage again.
    if (awaiting.length > 0) return waitingOutput({ ...state, usage: UNKNOWN_USAGE });
    if (done === 'answered') return text;
    throw new Error(`the agent stopped without an answer (${done ?? 'unknown'}): ${text}`);
  } catch (error) {
    if (!RunError.is(error)) throw error;
    addUsage(error.state);
    // The agent waits with calls whose results are unknown, or that another process may have begun.
    if (error.state.pending.length > 0) return waitingOutput({ ...error.state, usage: UNKNOWN_USAGE });
    throw error;
  }
}
