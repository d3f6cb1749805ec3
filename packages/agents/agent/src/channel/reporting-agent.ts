import type { Agent } from '../agent/agent.ts';
import type { ChannelReporter } from './channel-reporter.ts';

/**
 * Returns the agent with effects that also send their events to the reporter. An effect ends when its
 * events were published, or after a timeout.
 */
export function reportingAgent(agent: Agent, reporter: ChannelReporter): Agent {
  const withFlush = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } finally {
      await reporter.flush();
    }
  };
  return {
    ...agent,
    effects(io) {
      const effects = agent.effects({
        ...io,
        onEvent(event) {
          reporter.report(event);
          return io.onEvent?.(event);
        },
      });
      return {
        ...effects,
        async callModel(state, turn) {
          const answer = await withFlush(() => effects.callModel(state, turn));
          return { ...answer, warnings: [...answer.warnings, ...reporter.takeWarnings()] };
        },
        runTool(call, state, subAgentResult) {
          // A process that continues a run may begin with a tool call, without the `step-start` that sets the step.
          reporter.step = state.steps;
          return withFlush(() => effects.runTool(call, state, subAgentResult));
        },
      };
    },
  };
}
