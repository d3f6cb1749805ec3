import type { EventWriter } from '@majordomo/wire-kit';
import type { Fail } from './errors.ts';

/** Line of a CLI's machine-readable output. */
export type JsonLine = Readonly<Record<string, unknown>>;

export interface OutputReaderOptions {
  readonly writer: EventWriter;
  readonly fail: Fail;
}

/** Converts the machine-readable output of one CLI to events, line by line. */
export abstract class OutputReader {
  /** Whether the CLI has reported a complete response. */
  done = false;
  /** Message of an error from which the CLI may have recovered. The error is reported if the CLI ends without a response. */
  complaint: string | undefined;
  protected readonly writer: EventWriter;
  protected readonly fail: Fail;

  constructor({ writer, fail }: OutputReaderOptions) {
    this.writer = writer;
    this.fail = fail;
  }

  /** Processes an output line. Throws the error that the line reports. */
  abstract readMessage(line: JsonLine): void;
}
