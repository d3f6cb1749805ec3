import type { Agent } from '../agent/agent.ts';
import type { ChannelReporter } from './channel-reporter.ts';

export function reportingAgent(agent: Agent, reporter: ChannelReporter): Agent {
  const reportErrors = async <T>(run: () => Promise<T>): Promise<T> => {
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
          const answer = await reportErrors(() => effects.callModel(state, turn));
          return { ...answer, warnings: [...answer.warnings, ...reporter.takeWarnings()] };
        },
        runTool(call, state, subAgentResult) {
          reporter.step = state.steps;
          return reportErrors(() => effects.runTool(call, state, subAgentResult));
        },
      };
    },
  };
}
