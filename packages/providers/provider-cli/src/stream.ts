import { LlmError } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { NdjsonDecoder, tryParseJson, type EventWriter } from '@majordomo/wire-kit';
import { UNTERMINATED_LINE } from '@majordomo/wire-kit/internal';
import { withoutTerminalCodes } from './errors.ts';
import type { JsonLine, OutputReader } from './output-reader.ts';

/** Converts the stdout of a CLI to events. */
export interface Output {
  /** Whether the response is complete. */
  readonly done: boolean;
  /** Returns output that is not part of the response: error messages, and lines that are not JSON objects. */
  otherOutput(): string;
  push(bytes: Uint8Array): void;
  /** Ends the output. `succeeded`: whether the child exited with status 0. */
  end(succeeded: boolean): void;
}

const MAX_NOISE_LENGTH = 4000;

/** Converts machine-readable output to events. Each line is a JSON object, but CLIs print notices between these lines. */
export class LineOutput implements Output {
  private readonly reader: OutputReader;
  private readonly target: string;
  private readonly decoder: NdjsonDecoder;
  private noise = '';

  constructor(reader: OutputReader, target: string, maxLineLength: number) {
    this.reader = reader;
    this.target = target;
    // The decoder marks a last line without a line feed, because the line may be truncated.
    const onLine = (line: string, event: string | undefined): void => {
      this.line(line, event === UNTERMINATED_LINE);
    };
    this.decoder = new NdjsonDecoder(onLine, { target, maxLineLength });
  }

  get done(): boolean {
    return this.reader.done;
  }

  otherOutput(): string {
    return [this.reader.complaint, this.noise].filter((text) => text !== undefined && text !== '').join('\n');
  }

  push(bytes: Uint8Array): void {
    this.decoder.push(bytes);
  }

  /** Ends the output. Ignores the exit status, because a line of the CLI states whether the response is complete. */
  end(): void {
    this.decoder.end();
  }

  private line(line: string, mayLackItsEnd: boolean): void {
    if (this.reader.done) return;
    const clean = line.trimStart().startsWith('{') ? line : withoutTerminalCodes(line);
    const value = parseObject(clean);
    if (value !== undefined) this.reader.readMessage(value);
    // A line that begins like a JSON object is a damaged message and not a notice.
    else if (clean.trimStart().startsWith('{"') && !mayLackItsEnd) throw brokenLine(this.target);
    else this.noise = `${this.noise}${line}\n`.slice(-MAX_NOISE_LENGTH);
  }
}

function parseObject(line: string): JsonLine | undefined {
  const value = tryParseJson(line);
  return isRecord(value) ? value : undefined;
}

const brokenLine = (target: string): LlmError =>
  new LlmError('protocol', `${target}: the CLI printed a line of invalid JSON`, { target, path: '' });

/** Matches an incomplete terminal control code at the end of a chunk. */
// eslint-disable-next-line no-control-regex -- the codes begin with a control character
const HALF_CODE = /\u001b(?:\[[0-9;:?]*|\][^\u0007\u001b]*)?$/;

/** Converts plain text to events. Removes terminal control codes and surrounding white space. */
export class TextOutput implements Output {
  done = false;
  private readonly writer: EventWriter;
  private readonly decoder = new TextDecoder();
  /** Incomplete terminal control code, or white space that may be at the end of the output. */
  private pending = '';
  private hasStarted = false;

  constructor(writer: EventWriter) {
    this.writer = writer;
  }

  otherOutput(): string {
    return '';
  }

  push(bytes: Uint8Array): void {
    this.write(this.decoder.decode(bytes, { stream: true }));
  }

  end(succeeded: boolean): void {
    this.write(this.decoder.decode());
    if (!succeeded) return;
    this.writer.finish('stop', undefined, undefined);
    this.done = true;
  }

  private write(piece: string): void {
    const text = this.pending + piece;
    const [half = ''] = HALF_CODE.exec(text) ?? [];
    const complete = withoutTerminalCodes(text.slice(0, text.length - half.length));
    const visible = this.hasStarted ? complete : complete.trimStart();
    const end = visible.trimEnd().length;
    this.pending = visible.slice(end) + half;
    if (end === 0) return;
    this.hasStarted = true;
    this.writer.text(visible.slice(0, end));
  }
}

export const tooMuchOutput = (target: string, most: number): LlmError =>
  new LlmError('protocol', `${target}: the CLI printed more than ${most} bytes; raise maxOutputBytes`, {
    target,
    code: 'output-too-large',
    path: '',
  });
