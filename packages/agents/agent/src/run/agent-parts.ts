import type { ChatModel, Clock, Message, ToolCallPart } from '@majordomo/core';
import type { Around } from './around.ts';
import type { CostOf } from '../budget/budget.ts';
import type { Hooks } from './hooks.ts';
import type { StepSettings } from './step-settings.ts';
import type { DriveRules } from '../loop/loop.ts';
import type { StartedCalls } from './started-calls.ts';
import { subAgentOf } from '../tools/sub-agent-tool.ts';
import type { RunState } from '../state/state.ts';
import type { Tool } from '../tools/tool.ts';
import type { Tools } from '../tools/toolbox.ts';

/** Agent to which an agent can hand off. */
export interface HandoffTarget {
  readonly name: string;
  readonly parts: AgentParts;
  readonly tool: Tool;
  readonly history: 'all' | 'user' | ((messages: readonly Message[]) => readonly Message[]);
}

/** Agents to which an agent can hand off. */
export interface AgentHandoffs {
  readonly targets: readonly HandoffTarget[];
  /** Reads and checks the option `handoffs`. Has no effect after the first successful call. */
  load(): void;
  /** Returns the name of the agent to which this tool hands off, or `undefined` for any other tool. */
  to(toolName: string): string | undefined;
}

/** Parsed options of an agent, which all runs of the agent share. */
export interface AgentParts {
  readonly name: string | undefined;
  readonly handoffs: AgentHandoffs;
  /** Returns the agent of the next model call of a run. It is this agent, or the agent to which the run was handed off. */
  active(state: RunState): AgentParts;
  /** Returns the messages that the model of the active agent receives. */
  view(state: RunState): readonly Message[];
  readonly model: ChatModel;
  readonly instructions: string | undefined;
  readonly settings: Omit<StepSettings, 'model' | 'instructions' | 'tools'>;
  readonly tools: Tools;
  readonly hooks: Hooks;
  readonly rules: DriveRules;
  readonly clock: Pick<Clock, 'now' | 'timer'>;
  readonly around: Around | undefined;
  /** Calls that the `Agent` object has started. Its id is the owner of the calls that the object claims. */
  readonly started: StartedCalls;
  readonly cost: CostOf | undefined;
  /** Maximum number of tool calls of a turn at the same time; `Infinity` for no limit. */
  readonly toolConcurrency: number;
}

const PARTS = Symbol.for('majordomo.agentParts');

/** Returns the agent with its parts as a member under a symbol. Spread copies of the agent also contain this member. */
export const withParts = <T extends object>(agent: T, parts: AgentParts): T => ({ ...agent, [PARTS]: parts });

/** Returns the parts of an agent of `createAgent`, or `undefined` for any other object. */
export const partsOf = (agent: object | undefined): AgentParts | undefined =>
  agent !== undefined && PARTS in agent ? (agent[PARTS] as AgentParts) : undefined;

/** Returns the parts of the agent that an agent tool runs in this call, or `undefined` if it runs no such agent. */
export const subAgentParts = (
  parts: AgentParts | undefined,
  state: RunState,
  call: Pick<ToolCallPart, 'id'> | undefined,
): AgentParts | undefined => {
  const pending = state.pending.find(({ id }) => id === call?.id);
  return pending && partsOf(subAgentOf(parts?.active(state).tools.find(pending.name, state.offered)));
};
