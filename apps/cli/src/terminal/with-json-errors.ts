import { LlmError } from '@majordomo/core';
import { Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { codeFor } from './print-error.ts';
import { writeJson } from './write-json.ts';

/**
 * Runs a command. With `--json`, prints its error as the JSON document `{ "error": … }`, also if an argument, a file or the
 * configuration is wrong. `run` must not throw after it has printed its own document.
 */
export async function withJsonErrors(
  json: true | undefined,
  io: Io,
  run: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    if (json !== true || io.signal.aborted) throw error;
    const isStop = error instanceof Stop;
    if (!isStop && !LlmError.is(error)) throw error;
    writeJson(io.stdout, { error: isStop ? new LlmError('config', error.message) : error });
    return isStop ? error.code : codeFor(error);
  }
}
