import type { Agent } from '@majordomo/agent';
import {
  checkAdapter,
  errorToJson,
  RUN_JOURNALED_KINDS,
  runJournaled,
  type RunJournal,
  type RunJournaledIo,
} from '@majordomo/agent/durable';
import { fromJson, toJson, type JsonValue } from '@majordomo/core';
import { number, type KindsOf } from '@majordomo/core/toolkit';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { runFailure } from './run-failure.ts';
import { createRuns, type DbosAgent } from './runs.ts';

/** Options of `dbosAgent`. Observers and `onEvent` are called in the process that executes a step, and not on a replay. */
export interface DbosAgentOptions extends RunJournaledIo {
  /** Time after which a call without a decision is denied, in milliseconds. @default 2_592_000_000 (30 days) */
  readonly decisionTimeoutMs?: number | undefined;
}

const KINDS: KindsOf<DbosAgentOptions> = { ...RUN_JOURNALED_KINDS, decisionTimeoutMs: number(0) };
const THIRTY_DAYS_MS = 30 * 86_400_000;

/**
 * Maximum number of restarts of a run. DBOS's default, 100, is too low, because restarts during a wait for a decision also count.
 */
const MAX_RESTARTS = 10_000;

/** Maximum size of a journal entry, in bytes. PostgreSQL accepts larger entries, but large rows slow down queries. */
const MAX_BYTES = 64 * 1_048_576;

/**
 * Registers the agent's workflow, and returns the runs of the agent. Call `dbosAgent` before `DBOS.launch()`, with the same name
 * in every process. Throws kind `config` for invalid options.
 */
export function dbosAgent(name: string, agent: Agent, options: DbosAgentOptions = {}): DbosAgent {
  checkAdapter('dbosAgent', name, agent, options, KINDS);
  const { decisionTimeoutMs = THIRTY_DAYS_MS, ...io } = options;
  const workflow = (input: JsonValue): Promise<JsonValue> =>
    runJournaled(agent, input, createJournal(decisionTimeoutMs), io);
  return createRuns(name, DBOS.registerWorkflow(workflow, { name, maxRecoveryAttempts: MAX_RESTARTS }));
}

/** Creates the journal of the current workflow. */
const createJournal = (decisionTimeoutMs: number): RunJournal => ({
  // The id is `undefined` only outside of a workflow.
  runId: DBOS.workflowID ?? '',
  // Never aborts, because DBOS does not interrupt a step in progress.
  signal: new AbortController().signal,
  maxBytes: MAX_BYTES,
  step: (entry, effect) => DBOS.runStep(effect, { name: entry }),
  async decision({ id }, entry) {
    const decision = await DBOS.recv<JsonValue>(entry, decisionTimeoutMs / 1000);
    return decision === null ? { callId: id, deny: 'no decision in time' } : fromJson(decision);
  },
  awaiting: (waiting) => DBOS.setEvent('waiting', toJson(waiting)),
  runFailure,
  // Create a new error, because DBOS would also store the causes of the original error and the data that SDKs attach to them.
  toEngineError: (error) =>
    Object.assign(new Error(error.message), { failure: JSON.stringify(errorToJson(error)) }),
});
