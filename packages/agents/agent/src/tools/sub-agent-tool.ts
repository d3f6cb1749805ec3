import type { RunState } from '../state/state.ts';
import type { Tool } from './tool.ts';

const SUB_AGENT = Symbol.for('majordomo.subAgent');
const WAITING_RUN = Symbol.for('majordomo.waitingRun');

/** Marks a tool as an agent tool. The mark is on `run`, so that a copy of the tool with another `run` is an ordinary tool. */
export const markSubAgent = (tool: Tool, agent: object): Tool => ({
  ...tool,
  run: Object.assign((...[args, context]: Parameters<Tool['run']>) => tool.run(args, context), {
    [SUB_AGENT]: agent,
  }),
});

/** Returns the agent that the tool runs, or `undefined` for any other tool. */
export const subAgentOf = (tool: Tool | undefined): object | undefined =>
  tool !== undefined && SUB_AGENT in tool.run ? (tool.run[SUB_AGENT] as object) : undefined;

/** Returns the output of an agent tool whose agent waits for decisions. */
export const waitingOutput = (run: RunState): object => ({ [WAITING_RUN]: run });

/** Returns the state in an output of `waitingOutput`, or `undefined` for any other output. */
export const waitingRun = (output: unknown): RunState | undefined =>
  typeof output === 'object' && output !== null && WAITING_RUN in output
    ? (output[WAITING_RUN] as RunState)
    : undefined;
