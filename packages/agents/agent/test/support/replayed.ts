import type { JsonValue, ToolCallPart } from '@majordomo/core';
import { replayRun } from '@majordomo/conformance';
import {
  journaled,
  resultFromJson,
  runJournaled,
  type JournaledIo,
  type RunJournal,
} from '../../src/durable.ts';
import type { Agent, Decision, RunResult } from '../../src/index.ts';
import { journalOver } from './journal.ts';

/** Result of a run on a journal, and the names of its entries. */
interface Replayed {
  readonly value: RunResult;
  readonly entries: readonly string[];
}

/** Drives an agent on a journal that restarts the run after every entry. */
export const replayed = (
  agent: Agent,
  io: JournaledIo = {},
  decide?: (callId: string) => Promise<JsonValue>,
): Promise<Replayed> =>
  replayRun((journal) => agent.drive(agent.begin('go'), journaled(agent, journalOver(journal, decide), io)));

/** Runs an agent in an engine that restarts the run after every entry. By default, every call is approved. */
export async function replayedInEngine(
  agent: Agent,
  decide: (call: ToolCallPart) => Decision = ({ id }) => ({ callId: id, approve: true }),
  awaiting: RunJournal['awaiting'] = async () => undefined,
): Promise<Replayed> {
  const { value, entries } = await replayRun(({ step }) =>
    runJournaled(agent, 'go', {
      ...journalOver({ step }),
      decision: (call, name) => step(name, async () => decide(call) as never),
      awaiting,
      toEngineError: (error) => error,
    }),
  );
  return { value: resultFromJson(value), entries };
}
