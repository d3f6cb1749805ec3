import { engineConformance } from '@majordomo/conformance';
import { describe, it } from 'vitest';
import { agentTool, createAgent, suspend } from '../src/index.ts';
import { RestartingEngine } from './support/restarting-engine.ts';

describe('an engine that restarts a run after every entry', () => {
  const { agents, cases } = engineConformance({ createAgent, suspend, agentTool });
  for (const { name, run } of cases) {
    const engines = new Map<string, RestartingEngine>();
    it(name, () =>
      run((agent) => {
        const engine = engines.get(agent) ?? new RestartingEngine(agents[agent]);
        engines.set(agent, engine);
        return engine;
      }),
    );
  }
});
