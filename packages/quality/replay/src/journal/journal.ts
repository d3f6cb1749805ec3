import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { LlmError, messageOf } from '@majordomo/core';
import { isRecord, jsonLine, tryParseJson } from '@majordomo/core/toolkit';
import { checkFormat, fileError, hasCode } from '@majordomo/evals/internal';
import { acquireLock, type JournalLock } from './journal-lock.ts';
import { JournalIndex } from './journal-index.ts';
import { FORMAT, type AnswerLine, type HeaderLine, type Line, type Place, type UnitLine } from './lines.ts';

/** Interval at which written lines are synced to the disk, in milliseconds. */
const SYNC_MS = 1000;

/** Returns the file of an experiment. */
export const journalFile = (folder: string, name: string): string => join(folder, `${name}.replay.jsonl`);
const lockFile = (folder: string, name: string): string => join(folder, `${name}.replay.lock`);

/**
 * Append-only file with the sample and all answers of one experiment. Each line is one write, so a killed process loses no written line.
 * Contents stay in the file. The index in memory contains what a run and a report need.
 */
export class Journal {
  index: JournalIndex;
  private readonly file: string;
  private readonly handle: FileHandle;
  private readonly lock: JournalLock;
  private end: number;
  private lastWrite: Promise<unknown> = Promise.resolve();
  private isSynced = true;
  /** Whether the file may end with a part of a line, because a write failed. */
  private isTorn = false;
  private readonly timer: NodeJS.Timeout;

  private constructor(
    file: string,
    handle: FileHandle,
    lock: JournalLock,
    read: { readonly index: JournalIndex; readonly end: number },
  ) {
    this.file = file;
    this.handle = handle;
    this.lock = lock;
    this.index = read.index;
    this.end = read.end;
    this.timer = setInterval(() => void this.sync().catch(() => undefined), SYNC_MS);
    this.timer.unref();
  }

  /** Opens the journal of an experiment for writing, and creates it if it does not exist. Removes an incomplete last line. */
  static async open(folder: string, name: string): Promise<Journal> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = await acquireLock(lockFile(folder, name));
    try {
      const file = journalFile(folder, name);
      // Reading first leaves no handle open if the file is not a journal.
      const read = await readIndex(file);
      const handle = await open(file, 'a+', 0o600);
      await handle.truncate(read.end).catch(async (error: unknown) => {
        await handle.close();
        throw error;
      });
      return new Journal(file, handle, lock, read);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Opens the journal of an experiment that has a sample, or returns `undefined`. */
  static async openExisting(folder: string, name: string): Promise<Journal | undefined> {
    const { index } = await readIndex(journalFile(folder, name));
    return index.plan === undefined ? undefined : Journal.open(folder, name);
  }

  /** Removes all lines, and writes the first line of a new sample. */
  async restart(header: HeaderLine): Promise<void> {
    await this.inTurn(async () => {
      await this.lock.confirm();
      await this.handle.truncate(0);
    });
    // No other write is pending, because a run restarts its journal before it appends the first line.
    this.end = 0;
    this.index = new JournalIndex();
    await this.write(header);
    this.index.header = header;
  }

  async append(line: Line): Promise<void> {
    const place = await this.write(line);
    this.index.add(line, place);
  }

  /** Returns a line that contains a call or an answer. */
  read<L extends UnitLine | AnswerLine>(place: Place): Promise<L> {
    return readLine<L>(this.handle, place);
  }

  /** Writes everything to the disk. If this fails, the next call tries again. */
  async sync(): Promise<void> {
    if (this.isSynced) return;
    // Set before the sync, because a line that is written meanwhile needs another sync.
    this.isSynced = true;
    try {
      await this.inTurn(() => this.handle.datasync());
    } catch (error) {
      this.isSynced = false;
      throw error;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    try {
      await this.sync();
    } finally {
      await this.lastWrite.catch(() => undefined);
      try {
        await this.handle.close();
      } finally {
        await this.lock.release();
      }
    }
  }

  private async write(value: HeaderLine | Line): Promise<Place> {
    const bytes = Buffer.from(jsonLine(value));
    return this.inTurn(async () => {
      await this.lock.confirm();
      // Otherwise the next line would be joined to the part, and both would be lost.
      if (this.isTorn) await this.handle.truncate(this.end);
      // The place does not include the line feed.
      const place = { at: this.end, length: bytes.length - 1 };
      this.isTorn = true;
      await this.handle.appendFile(bytes);
      this.isTorn = false;
      this.end += bytes.length;
      this.isSynced = false;
      return place;
    });
  }

  /** Runs one operation on the file after the other. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.lastWrite
      .catch(() => undefined)
      .then(work)
      .catch((error: unknown) => {
        if (LlmError.is(error)) throw error;
        throw fileError(this.file, `the file cannot be written: ${messageOf(error)}`);
      });
    this.lastWrite = result;
    return result;
  }
}

/** Returns the line at a place. */
export async function readLine<L extends UnitLine | AnswerLine>(
  handle: FileHandle,
  { at, length }: Place,
): Promise<L> {
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, at);
  return JSON.parse(buffer.toString('utf8')) as L;
}

/**
 * Reads a journal without its contents. Skips a complete line that is not a JSON object, so that one damaged line does not lose
 * the others. Rejects with `config` if the file is not a journal.
 */
export async function readIndex(
  file: string,
): Promise<{ readonly index: JournalIndex; readonly end: number }> {
  const index = new JournalIndex();
  let end = 0;
  for await (const { bytes, at } of linesOf(file)) {
    const value = tryParseJson(bytes.toString('utf8'));
    if (index.header === undefined) {
      checkFormat(file, value, FORMAT, '; remove it, or use another name');
      index.header = value as HeaderLine;
    } else if (isRecord(value)) index.add(value as unknown as Line, { at, length: bytes.length });
    end = at + bytes.length + 1;
  }
  return { index, end };
}

/** Yields the complete lines of a file with their positions. Yields nothing if the file does not exist. */
async function* linesOf(file: string): AsyncGenerator<{ readonly bytes: Buffer; readonly at: number }> {
  let rest: Buffer[] = [];
  let at = 0;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
        const bytes = Buffer.concat([...rest, chunk.subarray(from, to)]);
        yield { bytes, at };
        at += bytes.length + 1;
        rest = [];
        from = to + 1;
      }
      rest.push(chunk.subarray(from));
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
}

const NEWLINE = 0x0a;

/** Deletes the files of an experiment. Rejects with `config` while a process runs it. */
export async function removeJournal(folder: string, name: string): Promise<void> {
  const file = journalFile(folder, name);
  const { index } = await readIndex(file);
  if (index.header === undefined) return;
  const lock = await acquireLock(lockFile(folder, name));
  try {
    await rm(file, { force: true });
  } finally {
    await lock.release();
  }
}
