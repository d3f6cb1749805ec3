export { restateAgent, type AgentHandlers, type RestateAgentOptions } from './restate-agent.ts';
export {
  restateAgentClient,
  type RestateAgentClient,
  type RestateClientOptions,
  type WaitOptions,
} from './restate-agent-client.ts';

// taken from others, so that they can be named here
export type { Agent, Decision, RunInput, RunResult, RunState } from '@majordomo/agent';
export type { RunJournaledIo } from '@majordomo/agent/durable';
