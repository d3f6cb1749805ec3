import { replayRun } from '@majordomo/conformance';
import { initialState } from '../../src/state/initial-state.ts';
import { journaled } from '../../src/durable.ts';
import type { Agent } from '../../src/index.ts';
import { decided } from '../../src/steps.ts';
import { journalOver } from './journal.ts';

let useJournals = false;

/** Makes the agents of `world` run on journals until the returned function is called. */
export function runOnJournals(): () => void {
  useJournals = true;
  return () => {
    useJournals = false;
  };
}

/** Returns the agent; after `runOnJournals`, one whose runs restart after every entry. */
export function withJournals(agent: Agent): Agent {
  if (!useJournals) return agent;
  return {
    ...agent,
    async run(input, options = {}) {
      const { decisions = [], runId, signal = new AbortController().signal, context, ...rest } = options;
      const { onStepStart, onToolStart, onToolEnd, onStep, onEnd, ...call } = rest;
      const initial = initialState(input, runId);
      const io = { onStepStart, onToolStart, onToolEnd, onStep, onEnd, context, options: call };
      const { value } = await replayRun((journal) => {
        const effects = journaled(agent, { ...journalOver(journal), runId: initial.runId, signal }, io);
        // The run pauses, as it does without a journal.
        return agent.drive(decided(initial, decisions), { ...effects, decisions: () => Promise.resolve([]) });
      });
      return value;
    },
  };
}
