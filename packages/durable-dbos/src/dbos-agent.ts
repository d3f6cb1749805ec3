import type { Agent } from '@majordomo/agent';
import { errorToJson, runJournaled, type RunJournal, type RunJournaledIo } from '@majordomo/agent/durable';
import { fromJson, toJson, type JsonValue } from '@majordomo/core';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { runFailure } from './ended-by.ts';
import { runsOf, type DbosAgent } from './runs.ts';

/** How an agent runs on DBOS; all of it may be left out. Observers and events are told where a step happens, never again. */
export interface DbosAgentOptions extends RunJournaledIo {
  /** A call that nobody decides on for so long is denied. In ms; default 30 days. */
  readonly decisionTimeoutMs?: number | undefined;
}

const DAYS_30 = 30 * 86_400_000;
/** DBOS gives a run up after 100 restarts of its process, and counts those through which it only waited for a person. */
const MOST_RESTARTS = 10_000;

/** PostgreSQL would take more, and everybody would wait for it. */
const MOST_BYTES = 64 * 1_048_576;

/** Makes the agent's workflow known; to be called before `DBOS.launch()`, with the same name in every process. */
export function dbosAgent(name: string, agent: Agent, options: DbosAgentOptions = {}): DbosAgent {
  const { decisionTimeoutMs = DAYS_30, ...io } = options;
  const workflow = (input: JsonValue): Promise<JsonValue> =>
    runJournaled(agent, input, journalFor(decisionTimeoutMs), io);
  return runsOf(name, DBOS.registerWorkflow(workflow, { name, maxRecoveryAttempts: MOST_RESTARTS }));
}

/** Of the workflow that this is called in. */
const journalFor = (decisionTimeoutMs: number): RunJournal => ({
  runId: DBOS.workflowID ?? '',
  signal: new AbortController().signal,
  maxBytes: MOST_BYTES,
  step: (entry, effect) => DBOS.runStep(effect, { name: entry }),
  async decision({ id }, entry) {
    const said = await DBOS.recv<JsonValue>(entry, decisionTimeoutMs / 1000);
    return said === null ? { callId: id, deny: 'nobody decided in time' } : fromJson(said);
  },
  awaiting: (waiting) => DBOS.setEvent('waiting', toJson(waiting)),
  runFailure,
  // What DBOS keeps of an error is all of it, causes and what vendors' SDKs hang on them included.
  toEngineError: (error) =>
    Object.assign(new Error(error.message), { failure: JSON.stringify(errorToJson(error)) }),
});
