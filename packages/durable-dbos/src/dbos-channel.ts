import type { RunChannel } from '@majordomo/agent/durable';
import { LlmError } from '@majordomo/core';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { endOf } from './runs.ts';

/** The stream of a run's workflow that has what is told of it. */
const STREAM = 'told';
const EVERY_MS = 100;
/** Between looks at a database that fails. */
const SLOWEST_MS = 5000;

/**
 * Carries what runs on DBOS tell, in a stream of each run's workflow: rows of the same PostgreSQL, so that who comes late
 * hears everything from the beginning. For `dbosAgent(name, agent, { channel })`, and `watchRun` in any process that has
 * launched DBOS.
 */
export function dbosChannel(): RunChannel {
  return {
    // The last word comes between steps, where a row would be an entry of the run; a stream ends with its workflow.
    publish: (_runId, text) => (DBOS.isInStep() ? DBOS.writeStream(STREAM, text) : Promise.resolve()),
    subscribe(runId, hear, isOver) {
      const controller = new AbortController();
      void reading(runId, hear, controller.signal).then(() => {
        isOver();
      }, isOver);
      return Promise.resolve(() => {
        controller.abort();
      });
    },
  };
}

/** Until the run is over and all of it was heard, or nobody listens. */
async function reading(runId: string, hear: (text: string) => void, signal: AbortSignal): Promise<void> {
  let [offset, isLast] = [0, false];
  for (;;) {
    const text = await textAt(runId, offset);
    if (signal.aborted) return;
    if (text !== undefined) {
      offset++;
      hear(text);
    } else if (isLast) return;
    // What it wrote between the last look and its end is read first.
    else isLast = await hasEnded(runId, signal);
  }
}

/** A database that cannot say is asked again, as long as this process is on it. */
async function hasEnded(runId: string, signal: AbortSignal): Promise<boolean> {
  for (let wait = EVERY_MS; !signal.aborted; wait = Math.min(wait * 2, SLOWEST_MS)) {
    try {
      return (await endOf(runId)) !== undefined;
    } catch (cause) {
      if (!DBOS.isInitialized())
        throw new LlmError(
          'config',
          `run "${runId}" cannot be watched: DBOS is not launched in this process, or was shut down`,
          {},
          { cause },
        );
    }
    await pause(wait);
  }
  return false;
}

/** `undefined`: there is none, for now or for ever, or no such run yet. */
async function textAt(runId: string, offset: number): Promise<string | undefined> {
  try {
    return await DBOS.readStreamOffset<string>(runId, STREAM, offset, { timeoutSeconds: 1 });
  } catch {
    await pause(EVERY_MS);
    return undefined;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
