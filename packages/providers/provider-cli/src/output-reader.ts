import type { EventWriter } from '@majordomo/wire-kit';
import type { Fail } from './errors.ts';

/** Line of a CLI's machine-readable output. */
export type JsonLine = Readonly<Record<string, unknown>>;

/** Converts the machine-readable output of one CLI to events, line by line. */
export interface OutputReader {
  /** Whether the CLI has reported a complete response. */
  readonly done: boolean;
  /** Processes an output line. Throws the error that the line reports. */
  readMessage(line: JsonLine): void;
  /** Message of an error from which the CLI may have recovered. The error is reported if the CLI ends without a response. */
  readonly complaint?: string | undefined;
}

export interface OutputReaderOptions {
  readonly writer: EventWriter;
  readonly fail: Fail;
}
