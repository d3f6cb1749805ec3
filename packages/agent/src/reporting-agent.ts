import type { Agent } from './agent.ts';
import type { Telling } from './channel-reporter.ts';

/** The same agent, which tells what its effects do; before a step ends, all of it is on its way. */
export function tellingAgent(agent: Agent, telling: Telling): Agent {
  const told = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } finally {
      await telling.flush();
    }
  };
  return {
    ...agent,
    effects(io) {
      const effects = agent.effects({
        ...io,
        onEvent(event) {
          telling.tell(event);
          return io.onEvent?.(event);
        },
      });
      return {
        ...effects,
        async callModel(state, turn) {
          const answer = await told(() => effects.callModel(state, turn));
          return { ...answer, warnings: [...answer.warnings, ...telling.takeWarnings()] };
        },
        runTool(call, state) {
          telling.step = state.steps;
          return told(() => effects.runTool(call, state));
        },
      };
    },
  };
}
