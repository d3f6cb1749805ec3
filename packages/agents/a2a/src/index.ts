/**
 * Agents over A2A: a server for clients of other frameworks, and remote agents as tools.
 * @module
 */
export { serveA2a } from './serve/serve-a2a.ts';
export type { A2aCaller, A2aPush, A2aServer, ServeA2aOptions } from './serve/options.ts';
export { connectA2a } from './connect/connect-a2a.ts';
export type { A2aSuspension, A2aToolbox, ConnectA2aOptions } from './connect/options.ts';

// Types of other packages to which types of this package refer.
export type { AgentCard } from '@a2a-js/sdk';
export type { TaskStore } from '@a2a-js/sdk/server';
export type { Agent, AgentEvent, Decision, RunState, Toolbox } from '@majordomo/agent';
export type { RecordStore } from '@majordomo/records';
