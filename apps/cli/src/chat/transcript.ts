import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fromJson, toJson, type JsonObject, type Message } from '@majordomo/core';
import { isList, isRecord } from '@majordomo/core/toolkit';
import { Stop } from '../program/exit.ts';
import { readJson } from '../files/read-json.ts';
import { reasonOf } from '../program/reason.ts';
import { userTitle } from './user-title.ts';

/** Conversation in a file. */
export interface Transcript {
  /** Title that the user set. */
  readonly title?: string | undefined;
  readonly messages: readonly Message[];
}

/** Content of a `--save` file: JSON with bytes in base64. */
interface SavedTranscript {
  readonly majordomo: 1;
  /** Title that the user set, or the first words of the conversation. */
  readonly title?: string | undefined;
  readonly titleBy?: 'user' | undefined;
  readonly messages: readonly Message[];
}

/**
 * Writes the conversation to a file that only its owner can read. An interrupted write leaves the old file unchanged. The
 * temporary file has a random, new name, so that no existing link is followed.
 */
export async function saveTranscript(
  path: string,
  cwd: string,
  { title, messages }: Transcript,
): Promise<void> {
  const file = resolve(cwd, path);
  const { titleOf } = await import('@majordomo/context');
  const named =
    title === undefined ? { title: await titleOf(undefined, messages) } : { title, titleBy: 'user' as const };
  const saved: SavedTranscript = { majordomo: 1, ...named, messages };
  const part = `${file}.${randomUUID()}.part`;
  try {
    await writeFile(part, `${JSON.stringify(toJson(saved), undefined, 1)}\n`, { flag: 'wx', mode: 0o600 });
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw new Stop(`${path} cannot be written: ${reasonOf(error)}`, 1);
  }
}

/** Reads a file that `saveTranscript` wrote. Throws `Stop` for any other file. */
export async function loadTranscript(path: string, cwd: string): Promise<Transcript> {
  const json = await readJson(resolve(cwd, path), path);
  if (!isSaved(json)) throw new Stop(`${path} is not a saved conversation; use a file that --save wrote`);
  const saved = fromJson<SavedTranscript>(json);
  return { title: userTitle(saved), messages: saved.messages };
}

const ROLES: readonly unknown[] = ['system', 'user', 'assistant', 'tool'];

const isSaved = (value: unknown): value is JsonObject =>
  isRecord(value) && isList(value['messages']) && value['messages'].every(isMessage);

const isMessage = (value: unknown): boolean =>
  isRecord(value) && ROLES.includes(value['role']) && isList(value['parts']);
