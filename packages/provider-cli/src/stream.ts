import { LlmError } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { NdjsonDecoder, UNTERMINATED_LINE, type EventWriter } from '@majordomo/wire-kit';
import { plain } from './errors.ts';
import type { JsonLine, OutputReader } from './output-reader.ts';

/** What is read of a child's stdout. */
export interface Output {
  /** True once the answer is whole. */
  readonly done: boolean;
  /** Text that is not part of the answer: complaints, and lines in another format. */
  said(): string;
  push(bytes: Uint8Array): void;
  /** After the last byte. `succeeded`: the child ended with status 0. */
  end(succeeded: boolean): void;
}

/** Lines that are none of the format: enough of them to say what went wrong. */
const NOISE_KEPT = 4000;

/** Machine output: each line a JSON object for the CLI's reader. CLIs print notices between them. */
export class LineOutput implements Output {
  private readonly reader: OutputReader;
  private readonly target: string;
  private readonly decoder: NdjsonDecoder;
  private noise = '';

  constructor(reader: OutputReader, target: string, maxLineLength: number) {
    this.reader = reader;
    this.target = target;
    const onLine = (line: string, event: string | undefined): void => {
      this.line(line, event === UNTERMINATED_LINE);
    };
    this.decoder = new NdjsonDecoder(onLine, { target, maxLineLength });
  }

  get done(): boolean {
    return this.reader.done;
  }

  said(): string {
    return [this.reader.complaint, this.noise].filter((text) => text !== undefined && text !== '').join('\n');
  }

  push(bytes: Uint8Array): void {
    this.decoder.push(bytes);
  }

  end(): void {
    this.decoder.end();
  }

  private line(line: string, mayLackItsEnd: boolean): void {
    if (this.reader.done) return;
    const clean = line.trimStart().startsWith('{') ? line : plain(line);
    const value = parsed(clean);
    if (value !== undefined) this.reader.readMessage(value);
    else if (clean.trimStart().startsWith('{"') && !mayLackItsEnd) throw brokenLine(this.target);
    else this.noise = `${this.noise}${line}\n`.slice(-NOISE_KEPT);
  }
}

function parsed(line: string): JsonLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const brokenLine = (target: string): LlmError =>
  new LlmError('protocol', `${target} printed a line of broken JSON`, { target, path: '' });

/** Half of a terminal code at the end of a piece. */
// eslint-disable-next-line no-control-regex -- the codes begin with a control character
const HALF_CODE = /\u001b(?:\[[0-9;:?]*|\][^\u0007\u001b]*)?$/;

/** Plain text: the answer is all that is printed, without terminal codes and the blanks around it. */
export class TextOutput implements Output {
  done = false;
  private readonly scribe: EventWriter;
  private readonly decoder = new TextDecoder();
  /** Half a terminal code, or blanks that may be the last ones. */
  private held = '';
  private begun = false;

  constructor(scribe: EventWriter) {
    this.scribe = scribe;
  }

  said(): string {
    return '';
  }

  push(bytes: Uint8Array): void {
    this.write(this.decoder.decode(bytes, { stream: true }));
  }

  end(succeeded: boolean): void {
    this.write(this.decoder.decode());
    if (!succeeded) return;
    this.scribe.finish('stop', undefined, undefined);
    this.done = true;
  }

  private write(piece: string): void {
    const text = this.held + piece;
    const [half = ''] = HALF_CODE.exec(text) ?? [];
    const whole = plain(text.slice(0, text.length - half.length));
    const visible = this.begun ? whole : whole.trimStart();
    const end = visible.trimEnd().length;
    this.held = visible.slice(end) + half;
    if (end === 0) return;
    this.begun = true;
    this.scribe.text(visible.slice(0, end));
  }
}

/** More than the app wants to keep. */
export const tooMuchOutput = (target: string, most: number): LlmError =>
  new LlmError('protocol', `${target} printed more than ${most} bytes`, {
    target,
    code: 'output-too-large',
    path: '',
  });
