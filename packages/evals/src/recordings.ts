import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LlmError, type ErrorKind, type JsonValue } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { isMissingFile, parsed } from './cases.ts';
import { compareSamples } from './samples.ts';

/** Model call or effect of a sample. */
export interface RecordedCall {
  readonly by: 'subject' | 'check';
  readonly type: 'call' | 'effect';
  readonly digest: string;
  /** Short digest of each part of a request, for the message of a miss. */
  readonly parts?: Readonly<Record<string, string>> | undefined;
  /** Time of the call, ISO 8601 in UTC. */
  readonly at: string;
  readonly ms: number;
  readonly response?: JsonValue | undefined;
  readonly error?: StoredError | undefined;
  readonly value?: JsonValue | undefined;
}

/** Error as JSON. Kind `error` is an error that is not an `LlmError`. */
export interface StoredError {
  readonly kind: ErrorKind | 'error';
  readonly message: string;
  readonly details?: JsonValue | undefined;
}

/** Line of a recordings file. */
export interface SampleRecording {
  readonly case: string;
  readonly trial: number;
  readonly ms: number;
  readonly calls: readonly RecordedCall[];
}

const FORMAT = 'majordomo-eval-recordings/1';
type Place = Pick<SampleRecording, 'case' | 'trial'>;
type StoredLine = Place & { readonly text: string };

/** Recordings of an evaluation, one line per sample. */
export class Recordings {
  private readonly file: string;
  private readonly header: string;
  private readonly lines: Map<string, StoredLine>;
  /** Whether lines can be appended to the existing file. */
  private canAppend: boolean;
  private writing: Promise<void> = Promise.resolve();

  private constructor(file: string, name: string, text: string | undefined) {
    this.file = file;
    this.header = JSON.stringify({ format: FORMAT, name });
    this.lines = text === undefined ? new Map<string, StoredLine>() : readLines(file, text);
    this.canAppend = text?.endsWith('\n') === true;
  }

  /** Reads a file if it exists. Rejects with `config` for another format. An incomplete last line is skipped. */
  static async open(file: string, name: string): Promise<Recordings> {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (isMissingFile(error)) return undefined;
      throw error;
    });
    return new Recordings(file, name, text);
  }

  get(place: Place): SampleRecording | undefined {
    const line = this.lines.get(keyOf(place));
    return line && (JSON.parse(line.text) as SampleRecording);
  }

  /** Appends a line to the file, so that a crash loses no finished sample. */
  append({ case: name, trial }: SampleRecording, text: string): Promise<void> {
    const key = keyOf({ case: name, trial });
    const isEqual = this.lines.get(key)?.text === text;
    this.lines.set(key, { case: name, trial, text });
    if (!isEqual) this.writing = this.writing.then(() => this.write(text));
    return this.writing;
  }

  /** Sorts the lines and removes those of other samples. Does not write a file that is already equal. */
  async finish(isPlanned: (place: Place) => boolean): Promise<void> {
    await this.writing;
    for (const [key, line] of this.lines) if (!isPlanned(line)) this.lines.delete(key);
    await this.rewrite();
  }

  private async write(text: string): Promise<void> {
    // Rewrite a file that ends within a line. The new line is already among the lines to write.
    if (this.canAppend) await appendFile(this.file, `${text}\n`);
    else await this.rewrite();
  }

  private async rewrite(): Promise<void> {
    const sorted = [...this.lines.values()].sort(compareSamples);
    await replaceFile(this.file, [this.header, ...sorted.map(({ text }) => text), ''].join('\n'));
    this.canAppend = true;
  }
}

/** Replaces a file atomically, unless its content is equal. Creates its folder. */
export async function replaceFile(file: string, content: string): Promise<void> {
  const current = await readFile(file, 'utf8').catch(() => undefined);
  if (current === content) return;
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, file);
}

const keyOf = ({ case: name, trial }: Place): string => `${trial}#${name}`;

function readLines(file: string, text: string): Map<string, StoredLine> {
  const fileError = (place: string, problem: string): LlmError =>
    new LlmError('config', `${place}: ${problem} to record again`, { path: file });
  const [header = '', ...rest] = text.split('\n');
  const first = parsed(header);
  if (!isRecord(first) || first['format'] !== FORMAT)
    throw fileError(file, `the file is not a ${FORMAT} file; move it`);
  const lines = new Map<string, StoredLine>();
  for (const [at, line] of rest.entries()) {
    const recording = parsed(line);
    if (isRecording(recording))
      lines.set(keyOf(recording), { case: recording.case, trial: recording.trial, text: line });
    else if (at < rest.length - 1 && line !== '')
      throw fileError(`${file}:${at + 2}`, 'the line is not a recording; remove it');
  }
  return lines;
}

const isRecording = (value: unknown): value is SampleRecording =>
  isRecord(value) &&
  typeof value['case'] === 'string' &&
  typeof value['trial'] === 'number' &&
  typeof value['ms'] === 'number' &&
  Array.isArray(value['calls']) &&
  value['calls'].every((call) => isRecord(call) && typeof call['digest'] === 'string');
