import { LlmError, type Message } from '@majordomo/core';
import { isList, isRecord } from '@majordomo/core/toolkit';
import type { Agent } from '../run/agent-interface.ts';
import { partsOf, type HandoffTarget } from '../run/agent-parts.ts';
import { messagesFrom } from '../state/messages-from.ts';
import { handoffTool } from '../tools/handoff-tool.ts';
import type { Tool } from '../tools/tool.ts';

/** Agent that may take over the conversation, and the selection of messages that its model receives. */
export interface Handoff {
  readonly agent: Agent;
  /** Description of the handoff tool for the model that hands off. @default "Hands the conversation to the agent <name>." */
  readonly description?: string | undefined;
  /**
   * Messages before the handoff that the agent receives: all, only the user's, or the result of a pure function. If none remains,
   * the agent receives the last user message. All later messages follow. The transcript does not change. @default 'all'
   */
  readonly history?: 'all' | 'user' | ((messages: readonly Message[]) => readonly Message[]) | undefined;
}

/** Agents to which an agent can hand off, or a function that returns them. */
export type HandoffOption = readonly (Agent | Handoff)[] | (() => readonly (Agent | Handoff)[]);

/**
 * Handoffs of one agent. Each run calls `load` first, and only the first call reads the option, so that two agents can refer to
 * each other. Before it, `targets` and `tools` are empty.
 */
export class Handoffs {
  targets: readonly HandoffTarget[] = [];
  tools: readonly Tool[] = [];
  private unread: HandoffOption | undefined;

  constructor(option: HandoffOption | undefined) {
    this.unread = option;
  }

  /** Reads the option. Throws `config` for an invalid option, such as an agent without a name. */
  load(): void {
    if (this.unread === undefined) return;
    const option: unknown = typeof this.unread === 'function' ? this.unread() : this.unread;
    if (!isList(option)) throw invalidHandoff('handoffs', 'must be an array of agents');
    this.targets = option.map((one, at) => targetOf(one, `handoffs[${at}]`));
    this.tools = this.targets.map(({ tool }) => tool);
    this.unread = undefined;
  }

  /** Returns the name of the agent to which this tool hands off, or `undefined` for any other tool. */
  to(toolName: string): string | undefined {
    return this.targets.find(({ tool }) => tool.name === toolName)?.name;
  }
}

function targetOf(value: unknown, path: string): HandoffTarget {
  const handoff = isRecord(value) && 'agent' in value ? value : { agent: value };
  // The types are those of the option. The checks below apply to callers without types.
  const { agent, description, history = 'all' } = handoff as Partial<Handoff>;
  const parts = partsOf(isRecord(agent) ? agent : undefined);
  if (parts === undefined)
    throw invalidHandoff(path, 'must be an agent of createAgent, or { agent, description, history }');
  const { name } = parts;
  if (name === undefined) throw invalidHandoff(path, 'the agent has no name; pass `name` to its createAgent');
  if (description !== undefined && typeof description !== 'string')
    throw invalidHandoff(`${path}.description`, 'must be a string');
  if (history !== 'all' && history !== 'user' && typeof history !== 'function')
    throw invalidHandoff(`${path}.history`, "must be 'all', 'user' or a function");
  return { name, parts, tool: handoffTool(name, description), history };
}

/** Returns the messages that an agent receives. `at`: length of the transcript before the turn that handed off to the agent. */
export function visibleMessages(
  messages: readonly Message[],
  at: number,
  history: NonNullable<Handoff['history']>,
): readonly Message[] {
  if (history === 'all') return messages;
  const before = messages.slice(0, at);
  const ofUser = before.filter(({ role }) => role === 'user');
  const view = history === 'user' ? ofUser : messagesFrom(history(before));
  return [...(view.length > 0 ? view : ofUser.slice(-1)), ...messages.slice(at)];
}

export const invalidHandoff = (path: string, why: string): LlmError =>
  new LlmError('config', `${path}: ${why}`, { path });
