import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LlmError, messageOf } from '@majordomo/core';
import { isRecord, jsonLine, tryParseJson } from '@majordomo/core/toolkit';

/** Line of a file with one JSON value per line. */
export interface Line {
  readonly text: string;
  /** JSON value, or `undefined` if the line is not JSON, for example because it is truncated. */
  readonly value: unknown;
  /** File and line number, such as `cases.jsonl:3`. */
  readonly place: string;
}

/** Returns the non-empty lines of a file, or `undefined` if the file does not exist. */
export async function readLines(file: string): Promise<readonly Line[] | undefined> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw fileError(file, `the file cannot be read: ${messageOf(error)}`);
  });
  return content
    ?.split('\n')
    .map((text, at) => ({ text, value: tryParseJson(text), place: `${file}:${at + 1}` }))
    .filter(({ text }) => text.trim() !== '');
}

/** Whether an error of the file system has this code. */
export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** Returns a `config` error whose message begins with a file, or with a file and a line number. */
export const fileError = (place: string, problem: string): LlmError =>
  new LlmError('config', `${place}: ${problem}`, { path: place });

/**
 * Throws `config` if the first line of a file does not state the format. `remedy` is appended to the message, so it starts with
 * a semicolon.
 */
export function checkFormat(file: string, header: unknown, format: string, remedy = ''): void {
  if (!isRecord(header) || header['format'] !== format)
    throw fileError(file, `the file is not a ${format} file${remedy}`);
}

/** Writes one JSON value per line. Creates the folder. Replaces the file atomically, unless its content would not change. */
export async function replaceFile(file: string, values: readonly unknown[]): Promise<void> {
  const content = values.map(jsonLine).join('');
  // If the file cannot be read, the attempt to write reports the reason.
  const current = await readFile(file, 'utf8').catch(() => undefined);
  if (current === content) return;
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(file, error);
  }
}

/** Appends one JSON value as a line. */
export async function appendLine(file: string, value: unknown): Promise<void> {
  await appendFile(file, jsonLine(value)).catch((error: unknown) => {
    throw writeError(file, error);
  });
}

const writeError = (file: string, error: unknown): LlmError =>
  fileError(file, `the file cannot be written: ${messageOf(error)}`);
