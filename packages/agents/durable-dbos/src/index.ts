export { dbosAgent, type DbosAgentOptions } from './dbos-agent.ts';
export { dbosChannel } from './dbos-channel.ts';
export type { DbosAgent, WaitOptions } from './runs.ts';

// Types of other packages that appear in this API.
export type { Agent, Decision, RunInput, RunResult, RunState } from '@majordomo/agent';
export type { RunChannel, RunJournaledIo } from '@majordomo/agent/durable';
