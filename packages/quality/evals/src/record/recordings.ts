import type { ErrorKind, JsonValue } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { appendLine, checkFormat, fileError, readLines, replaceFile } from '../util/files.ts';
import { compareSamples, sampleKey, type Position } from '../cases/samples.ts';

/** Model call or effect of a sample. */
export interface RecordedCall {
  readonly by: 'subject' | 'check';
  readonly type: 'call' | 'effect';
  readonly digest: string;
  /** Short digest of each part of a request, for the message about a missing recording. */
  readonly parts?: Readonly<Record<string, string>> | undefined;
  /** Time of the call, ISO 8601 in UTC. */
  readonly at: string;
  readonly ms: number;
  /** Arms that splits chose, by name. */
  readonly arms?: Readonly<Record<string, string>> | undefined;
  /** Response of a model. */
  readonly response?: JsonValue | undefined;
  readonly error?: StoredError | undefined;
  /** Result of an effect. */
  readonly value?: JsonValue | undefined;
}

/** Error as JSON. `kind` is `error` for an error that is not an `LlmError`. */
export interface StoredError {
  readonly kind: ErrorKind | 'error';
  readonly message: string;
  readonly details?: JsonValue | undefined;
}

/** Line of a recordings file. */
export interface SampleRecording extends Position {
  readonly ms: number;
  readonly calls: readonly RecordedCall[];
}

const FORMAT = 'majordomo-eval-recordings/1';
type Samples = Map<string, SampleRecording>;

/** Recordings of an evaluation, one line per sample. */
export interface Recordings {
  get(position: Position): SampleRecording | undefined;
  /** Appends a recording to the file, so that a crash loses no finished sample. */
  append(recording: SampleRecording): Promise<void>;
  /** Sorts the lines, and removes the lines of samples that are not planned. Writes the file only if its content changes. */
  finish(isPlanned: (position: Position) => boolean): Promise<void>;
}

/** Reads a file if it exists. Skips an incomplete last line. Rejects with `config` if the file has another format. */
export async function openRecordings(file: string, name: string): Promise<Recordings> {
  const samples = await readSamples(file);
  /** Whether this run has rewritten the file, so that its last line is complete and further lines can be appended. */
  let isOpen = false;

  /** Writes all samples, including those that another process appended in the meantime. */
  async function rewrite(isPlanned: (position: Position) => boolean): Promise<void> {
    const all = new Map([...(await readSamples(file)), ...samples]);
    const sorted = [...all.values()].filter(isPlanned).sort(compareSamples);
    await replaceFile(file, [{ format: FORMAT, name }, ...sorted]);
    isOpen = true;
  }

  return {
    get: (position) => samples.get(sampleKey(position)),
    async append(recording) {
      const key = sampleKey(recording);
      const isEqual = JSON.stringify(samples.get(key)) === JSON.stringify(recording);
      samples.set(key, recording);
      // Rewrite the file once before lines are appended, because the file may not exist or may end within a line.
      if (!isEqual) await inTurn(() => (isOpen ? appendLine(file, recording) : rewrite(() => true)));
    },
    finish: (isPlanned) => inTurn(() => rewrite(isPlanned)),
  };
}

/** Last write of this process. Writes are queued, because several runs may record into one file. */
let lastWrite: Promise<unknown> = Promise.resolve();

function inTurn<T>(write: () => Promise<T>): Promise<T> {
  const written = lastWrite.then(write, write);
  lastWrite = written;
  return written;
}

async function readSamples(file: string): Promise<Samples> {
  const [header, ...lines] = (await readLines(file)) ?? [];
  if (header !== undefined) checkFormat(file, header.value, FORMAT, '; move it to record again');
  const samples: Samples = new Map();
  for (const line of lines) {
    const { value, place } = line;
    // A crash may leave an incomplete last line, which is not JSON.
    const isIncomplete = value === undefined && line === lines.at(-1);
    if (isRecording(value)) samples.set(sampleKey(value), value);
    else if (!isIncomplete) throw fileError(place, 'the line is not a recording; remove it to record again');
  }
  return samples;
}

const isRecording = (value: unknown): value is SampleRecording =>
  isRecord(value) &&
  typeof value['case'] === 'string' &&
  typeof value['trial'] === 'number' &&
  typeof value['ms'] === 'number' &&
  areRecords(value['calls']) &&
  value['calls'].every(isCall);

const isCall = ({ type, digest, at, ms, response, error, value }: Fields): boolean =>
  typeof digest === 'string' &&
  !Number.isNaN(Date.parse(String(at))) &&
  typeof ms === 'number' &&
  (isStoredResponse(response) || isStoredError(error) || (type === 'effect' && isValue(value)));

/** Whether a value has the members of a response that a replay reads. */
const isStoredResponse = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value['target'] === 'string' &&
  isRecord(value['message']) &&
  areRecords(value['message']['parts']) &&
  areRecords(value['attempts']);

const isStoredError = (value: unknown): boolean =>
  isRecord(value) && typeof value['kind'] === 'string' && typeof value['message'] === 'string';

/** Whether a value is the result of an effect as `storeValue` returns it: `{ response }` or `{ json }`. */
const isValue = (value: unknown): boolean =>
  isRecord(value) && (!('response' in value) || isStoredResponse(value['response']));

type Fields = Readonly<Record<string, unknown>>;
const areRecords = (value: unknown): value is readonly Fields[] =>
  Array.isArray(value) && value.every(isRecord);
