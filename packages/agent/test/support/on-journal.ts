import { replayRun } from '@majordomo/conformance';
import { initialState } from '../../src/initial-state.ts';
import { journaled } from '../../src/durable.ts';
import type { Agent } from '../../src/index.ts';
import { decided } from '../../src/steps.ts';
import { journalOver } from './journal.ts';

let isOn = false;

/** From now on the agents of `world` run on journals, until what comes back is called. */
export function runOnJournals(): () => void {
  isOn = true;
  return () => {
    isOn = false;
  };
}

/** Returns the agent; after `runOnJournals`, one whose runs restart after every entry. */
export function asAsked(agent: Agent): Agent {
  if (!isOn) return agent;
  return {
    ...agent,
    async run(input, options = {}) {
      const { decisions = [], runId, signal = new AbortController().signal, context, ...rest } = options;
      const { onStepStart, onToolStart, onToolEnd, onStep, onEnd, ...call } = rest;
      const begun = initialState(input, runId);
      const io = { onStepStart, onToolStart, onToolEnd, onStep, onEnd, context, options: call };
      const { value } = await replayRun((journal) => {
        const effects = journaled(agent, { ...journalOver(journal), runId: begun.runId, signal }, io);
        // A pause, as in a run without a journal.
        return agent.drive(decided(begun, decisions), { ...effects, decisions: () => Promise.resolve([]) });
      });
      return value;
    },
  };
}
