import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LlmError, type JsonValue } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { compareText, isMissing, parsed } from './cases.ts';
import type { StoredError } from './stored-call.ts';

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
  /** Whether lines can be appended to the file as it is. */
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
    try {
      return new Recordings(file, name, await readFile(file, 'utf8'));
    } catch (error) {
      if (isMissing(error)) return new Recordings(file, name, undefined);
      throw error;
    }
  }

  get(name: string, trial: number): SampleRecording | undefined {
    const line = this.lines.get(keyOf({ case: name, trial }));
    return line && (JSON.parse(line.text) as SampleRecording);
  }

  /** Appends a line to the file, so that a crash loses no finished sample. */
  append(recording: SampleRecording, text: string): Promise<void> {
    const { case: name, trial } = recording;
    const isEqual = this.lines.get(keyOf(recording))?.text === text;
    this.lines.set(keyOf(recording), { case: name, trial, text });
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
    // A file that ends within a line is written again; it contains the new line already.
    if (!this.canAppend) return this.rewrite();
    await appendFile(this.file, `${text}\n`);
  }

  private async rewrite(): Promise<void> {
    const sorted = [...this.lines.values()].sort((a, b) => compareText(a.case, b.case) || a.trial - b.trial);
    const content = [this.header, ...sorted.map(({ text }) => text), ''].join('\n');
    await replaceFile(this.file, content);
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
  const [header = '', ...rest] = text.split('\n');
  const first = parsed(header);
  if (!isRecord(first) || first['format'] !== FORMAT)
    throw new LlmError('config', `${file}: the file is not a ${FORMAT} file; move it to record again`, {
      path: file,
    });
  const lines = new Map<string, StoredLine>();
  for (const [at, line] of rest.entries()) {
    const recording = parsed(line);
    if (isRecording(recording)) {
      const place = { case: recording.case, trial: recording.trial };
      lines.set(keyOf(place), { ...place, text: line });
    } else if (at < rest.length - 1 && line !== '')
      throw new LlmError(
        'config',
        `${file}:${at + 2}: the line is not a recording; remove it to record again`,
        {
          path: file,
        },
      );
  }
  return lines;
}

const isRecording = (value: unknown): value is SampleRecording =>
  isRecord(value) &&
  typeof value['case'] === 'string' &&
  typeof value['trial'] === 'number' &&
  typeof value['ms'] === 'number' &&
  Array.isArray(value['calls']);
