import { join } from 'node:path';
import { LlmError } from '@majordomo/core';
import { atLeast, checkOptions, notify, type KindsOf } from '@majordomo/core/toolkit';
import type { Redactor } from '@majordomo/redact';
import { cleanTrajectory, type LineFormat } from './clean-trajectory.ts';
import { Output } from './output.ts';
import { isCompleted, type Trajectory } from './trajectory.ts';

/** Options of `trajectoryWriter`. */
export interface WriterOptions {
  /** Folder of the files. A missing folder is created and is accessible only to its owner. */
  readonly folder: string;
  /** Redactor that masks secrets in each line, and then searches the result for remaining secrets. */
  readonly redactor: Redactor;
  /** Maximum size of a file, in bytes. A longer line is written to a separate file. @default 67_108_864 (64 MiB) */
  readonly maxBytes?: number | undefined;
  /** Format of the lines. `majordomo` is lossless. @default 'majordomo' */
  readonly format?: LineFormat | undefined;
  /** Listener for write errors. Errors that the listener throws are ignored. @default errors are not reported */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Writes each run as a line to `success.*.jsonl` or `failure.*.jsonl`, or to `quarantine/` if the line may contain a secret. */
export interface TrajectoryWriter extends AsyncDisposable {
  /** Writes a run. Never rejects. A line that still contains a secret is quarantined, and errors are reported to `onError`. */
  write(trajectory: Trajectory): Promise<'written' | 'quarantined' | 'failed'>;
  /** Waits until pending lines are written. Later calls of `write` resolve with `failed`. */
  close(): Promise<void>;
}

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Creates a writer. Throws `config` for invalid options. Several writers, also in different processes, may share a folder.
 *
 * @example
 * await using writer = trajectoryWriter({ folder: 'runs', redactor: createRedactor() });
 * await writer.write(trajectoryOf(await agent.run('Where is my parcel?'), about));
 */
export function trajectoryWriter(options: WriterOptions): TrajectoryWriter {
  check(options);
  const { folder, redactor, maxBytes = MAX_BYTES, format = 'majordomo', onError } = options;
  const success = new Output(folder, 'success', maxBytes);
  const failure = new Output(folder, 'failure', maxBytes);
  const quarantine = new Output(join(folder, 'quarantine'), 'quarantine', maxBytes);
  let isClosed = false;
  let queue: Promise<unknown> = Promise.resolve();

  const keep = async (trajectory: Trajectory): Promise<'written' | 'quarantined'> => {
    const cleaned = cleanTrajectory(trajectory, format, redactor);
    if ('line' in cleaned) {
      await (isCompleted(trajectory) ? success : failure).append(cleaned.line);
      return 'written';
    }
    await quarantine.append(JSON.stringify({ reasons: cleaned.reasons, line: cleaned.suspect }));
    return 'quarantined';
  };
  const fail = (error: unknown): 'failed' => {
    // Return `failed` instead of throwing, because a write error must not fail the run.
    notify(onError, error);
    return 'failed';
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    await queue;
    await Promise.all([success, failure, quarantine].map((output) => output.close().catch(fail)));
  };
  return {
    write(trajectory) {
      if (isClosed) return Promise.resolve(fail(new LlmError('config', 'the trajectory writer is closed')));
      const written = queue.then(() => keep(trajectory)).catch(fail);
      queue = written;
      return written;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const KINDS: KindsOf<WriterOptions> = {
  folder: 'string',
  redactor: 'object with value',
  maxBytes: atLeast(1),
  format: ['majordomo', 'sharegpt'],
  onError: 'function',
};

function check(options: WriterOptions): void {
  checkOptions('trajectoryWriter', options, KINDS, ['folder']);
  const wrong = (path: string, why: string): LlmError =>
    new LlmError('config', `trajectoryWriter: ${path} ${why}`, { path });
  if (options.folder === '') throw wrong('folder', 'must be a path');
  if ((options.redactor as unknown) === undefined)
    throw wrong('redactor', 'is required; pass a redactor such as createRedactor()');
}
