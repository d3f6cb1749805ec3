export { restateAgent, type AgentHandlers, type RestateAgentOptions } from './restate-agent.ts';
export {
  restateAgentClient,
  type RestateAgentClient,
  type RestateClientOptions,
  type WaitOptions,
} from './restate-agent-client.ts';

// Types of other packages that appear in this API.
export type { Agent, Decision, RunInput, RunResult, RunState } from '@majordomo/agent';
export type { RunJournaledIo } from '@majordomo/agent/durable';
