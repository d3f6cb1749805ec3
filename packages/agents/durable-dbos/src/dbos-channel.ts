import type { RunChannel } from '@majordomo/agent/durable';
import { LlmError } from '@majordomo/core';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { finalStatus } from './runs.ts';

/** Name of the stream that contains the messages of the channel. */
const STREAM = 'told';
const POLL_INTERVAL_MS = 100;
/** Maximum time between two queries of a failing database, in milliseconds. */
const MAX_INTERVAL_MS = 5000;

/**
 * Creates a channel that stores the messages of a run in a stream of the run's workflow, in the PostgreSQL database of DBOS. A
 * late subscriber receives all messages from the beginning. Pass the channel to `dbosAgent(name, agent, { channel })`, and to
 * `watchRun` in any process that has launched DBOS.
 */
export function dbosChannel(): RunChannel {
  return {
    // Do not store the last message. It is published between two steps, where DBOS would add a journal entry for it. Readers
    // detect the end of the workflow instead.
    publish: (_runId, text) => (DBOS.isInStep() ? DBOS.writeStream(STREAM, text) : Promise.resolve()),
    subscribe(runId, onMessage, onEnd) {
      const controller = new AbortController();
      void readStream(runId, onMessage, controller.signal).then(() => {
        onEnd();
      }, onEnd);
      return Promise.resolve(() => {
        controller.abort();
      });
    },
  };
}

/** Reads the stream until the run has ended and all messages are read, or until the subscription ends. */
async function readStream(
  runId: string,
  onMessage: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let [offset, isLast] = [0, false];
  for (;;) {
    const text = await textAt(runId, offset);
    if (signal.aborted) return;
    if (text !== undefined) {
      offset++;
      onMessage(text);
    } else if (isLast) return;
    // Before the loop ends, read the messages that arrived since the last read.
    else isLast = await hasEnded(runId, signal);
  }
}

/** Whether the run has ended. Repeats a failed query while DBOS is launched in this process. */
async function hasEnded(runId: string, signal: AbortSignal): Promise<boolean> {
  for (let wait = POLL_INTERVAL_MS; !signal.aborted; wait = Math.min(wait * 2, MAX_INTERVAL_MS)) {
    try {
      return (await finalStatus(runId)) !== undefined;
    } catch (cause) {
      if (!DBOS.isInitialized())
        throw new LlmError(
          'config',
          `run "${runId}" cannot be watched, because DBOS is not running in this process; call DBOS.launch first`,
          {},
          { cause },
        );
    }
    await pause(wait);
  }
  return false;
}

/** Returns the message at an offset, or `undefined` if the message does not exist yet or the query fails. */
async function textAt(runId: string, offset: number): Promise<string | undefined> {
  try {
    return await DBOS.readStreamOffset<string>(runId, STREAM, offset, { timeoutSeconds: 1 });
  } catch {
    await pause(POLL_INTERVAL_MS);
    return undefined;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
