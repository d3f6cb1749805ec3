import type { RunChannel } from '@majordomo/agent/durable';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { endOf } from './runs.ts';

/** The stream of a run's workflow that has what is told of it. */
const STREAM = 'told';
const EVERY_MS = 100;

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
      void reading(runId, hear, controller.signal)
        .catch(() => undefined)
        .then(isOver);
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
    else isLast = (await endOf(runId)) !== undefined;
  }
}

/** `undefined`: there is none, for now or for ever, or no such run yet. */
async function textAt(runId: string, offset: number): Promise<string | undefined> {
  try {
    return await DBOS.readStreamOffset<string>(runId, STREAM, offset, { timeoutSeconds: 1 });
  } catch {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    return undefined;
  }
}
