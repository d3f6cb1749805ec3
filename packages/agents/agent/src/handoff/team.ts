import type { Message } from '@majordomo/core';
import type { AgentParts } from '../run/agent-parts.ts';
import { invalidHandoff, visibleMessages } from './handoff.ts';
import type { RunState } from '../state/state.ts';

/** Agents that can be active in an agent's run: the agent itself, and the agents that are reachable by handoffs. */
export class Team {
  private readonly root: AgentParts;
  private members: ReadonlyMap<string, AgentParts> | undefined;

  constructor(root: AgentParts) {
    this.root = root;
  }

  /** Returns the agent that the next model call uses. Throws `config` for an unknown agent. */
  active({ handoffs = [] }: RunState): AgentParts {
    const members = (this.members ??= this.load());
    let active = this.root;
    for (const [at, { to }] of handoffs.entries()) {
      const next = members.get(to);
      if (next === undefined)
        throw invalidHandoff(
          `state.handoffs[${at}].to`,
          `no agent has the name "${to}"; the agents are ${[...members.keys()].join(', ') || 'without names'}`,
        );
      active = next;
    }
    return active;
  }

  /** Returns the messages that the active agent sees. */
  view(state: RunState): readonly Message[] {
    const { messages, handoffs = [] } = state;
    const last = handoffs.at(-1);
    if (last === undefined) return messages;
    const from = this.active({ ...state, handoffs: handoffs.slice(0, -1) });
    const handoff = from.handoffs.targets.find(({ name }) => name === last.to);
    return visibleMessages(messages, last.at, handoff?.history ?? 'all');
  }

  /** Returns the agents by name. Throws `config` if two agents, or a tool and a handoff of an agent, have the same name. */
  private load(): ReadonlyMap<string, AgentParts> {
    const members = new Map(this.root.name === undefined ? [] : [[this.root.name, this.root]]);
    const all = [this.root];
    // The loop also visits the agents that it adds to `all`.
    for (const agent of all) {
      agent.handoffs.load();
      for (const { name, parts } of agent.handoffs.targets) {
        const known = members.get(name);
        // Several agents may hand off to the same agent.
        if (known === parts) continue;
        if (known !== undefined)
          throw invalidHandoff('handoffs', `two agents have the name "${name}"; rename one`);
        members.set(name, parts);
        all.push(parts);
      }
      // Before `load`, the agent had no handoff tools. `renew` adds them, and throws if a tool has the name of one.
      if (agent.handoffs.targets.length > 0) agent.tools.renew();
    }
    return members;
  }
}
