import { readFile } from 'node:fs/promises';
import { Stop } from './exit.ts';
import { reasonOf } from './reason.ts';

/** Reads a file of JSON; `name` is what the person calls it. Throws `Stop` without a word of what is in the file. */
export async function readJson(file: string, name: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new Stop(`${name} cannot be read: ${reasonOf(error)}`);
  }
  return parseJson(text, name);
}

/** The same for the text of a file. */
export function parseJson(text: string, name: string): unknown {
  try {
    // Editors of Windows begin with a mark that is no JSON.
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    // The engine quotes what it stumbles over, and that may be a key.
    const [place = ''] = / at position \d+/.exec(reasonOf(error)) ?? [];
    throw new Stop(`${name} cannot be read: it is not valid JSON${place}`);
  }
}
