import { open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { JsonObject } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { Stop } from '../program/exit.ts';
import { reasonOf } from '../program/reason.ts';

/** Reads a JSON file. Throws `Stop` with a message that contains `name`, but no content of the file. */
export async function readJson(file: string, name: string): Promise<unknown> {
  return parseJson(await readText(file, name), name);
}

/** Reads a text file. Throws `Stop` with a message that contains `name`. */
export const readText = (file: string, name: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => cannotRead(name, error));

/** Yields the value of each line that is not empty, and the line's place as `name:line`. Throws `Stop` as `readJson` does. */
export async function* jsonLines(
  path: string,
  name: string,
): AsyncGenerator<{ readonly value: unknown; readonly place: string }> {
  const file = await open(path).catch((error: unknown) => cannotRead(name, error));
  try {
    let number = 0;
    for await (const line of file.readLines()) {
      const place = `${name}:${++number}`;
      if (line.trim() !== '') yield { value: parseJson(line, place), place };
    }
  } catch (error) {
    if (error instanceof Stop) throw error;
    cannotRead(name, error);
  } finally {
    await file.close();
  }
}

function cannotRead(name: string, error: unknown): never {
  throw new Stop(`${name} cannot be read: ${reasonOf(error)}`);
}

/** Reads a JSON Schema, whose path is relative to `cwd`. Throws `Stop` for a file that contains no object. */
export async function readSchema(path: string, cwd: string): Promise<JsonObject> {
  const schema = await readJson(resolve(cwd, path), path);
  if (!isRecord(schema)) throw new Stop(`${path} is not a JSON Schema; it must contain an object`);
  return schema as JsonObject;
}

/** Parses the text of a JSON file. Throws `Stop` with a message that contains `name`, but no content of the file. */
export function parseJson(text: string, name: string): unknown {
  try {
    // Some Windows editors add a byte-order mark, which `JSON.parse` rejects.
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    // Report only the position, because the engine's message may quote the file, which may contain a key.
    const [place = ''] = / at position \d+/.exec(reasonOf(error)) ?? [];
    throw new Stop(`${name} cannot be read: it is not valid JSON${place}`);
  }
}
