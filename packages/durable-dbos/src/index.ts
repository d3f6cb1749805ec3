export { dbosAgent, type DbosAgentOptions } from './dbos-agent.ts';
export type { DbosAgent, WaitOptions } from './runs.ts';

// taken from others, so that they can be named here
export type { Agent, Decision, RunInput, RunResult, RunState } from '@majordomo/agent';
export type { JournaledIo } from '@majordomo/agent/durable';
