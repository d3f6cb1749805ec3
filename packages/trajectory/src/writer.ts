import { join } from 'node:path';
import { LlmError } from '@majordomo/core';
import { checkOptions, notify, type KindsOf } from '@majordomo/core/toolkit';
import type { Redactor } from '@majordomo/redact';
import { cleanTrajectory, type LineFormat } from './clean.ts';
import { Output } from './output.ts';
import { isCompleted, type Trajectory } from './trajectory.ts';

/** What `trajectoryWriter` takes. */
export interface WriterOptions {
  /** Made where it is missing, for its owner only. */
  readonly folder: string;
  /** Nothing is written without one. */
  readonly redactor: Redactor;
  /** A file that would grow beyond it is followed by another. A longer line has a file of its own. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** Default `majordomo`, which loses nothing. */
  readonly format?: LineFormat | undefined;
  /** Told of what could not be written. What it throws changes nothing. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Writes runs as lines: `success.*.jsonl`, `failure.*.jsonl`, and in `quarantine/` what may still hold a secret. */
export interface TrajectoryWriter extends AsyncDisposable {
  /** Never rejects: a line with a secret after redaction goes to quarantine, a failure to `onError`. */
  write(trajectory: Trajectory): Promise<'written' | 'quarantined' | 'failed'>;
  /** Waits for what is under way; later lines fail. */
  close(): Promise<void>;
}

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Throws `config` for options that cannot be meant. Any number of writers, in any number of processes, may share a folder.
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
  const told = (error: unknown): 'failed' => {
    // A run does not fail because its trajectory did.
    notify(onError, error);
    return 'failed';
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    await queue;
    await Promise.all([success, failure, quarantine].map((output) => output.close().catch(told)));
  };
  return {
    write(trajectory) {
      if (isClosed) return Promise.resolve(told(new LlmError('config', 'the trajectory writer is closed')));
      const written = queue.then(() => keep(trajectory)).catch(told);
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
  maxBytes: 1,
  format: ['majordomo', 'sharegpt'],
  onError: 'function',
};

function check(options: WriterOptions): void {
  checkOptions('trajectoryWriter', options, KINDS, ['folder']);
  const wrong = (path: string, why: string): LlmError =>
    new LlmError('config', `trajectoryWriter: ${path} ${why}`, { path });
  if (options.folder === '') throw wrong('folder', 'must be a path');
  if ((options.redactor as unknown) === undefined)
    throw wrong('redactor', 'is needed: nothing is written without one');
}
