import { readFile } from 'node:fs/promises';
import { Stop } from './exit.ts';
import { reasonOf } from './reason.ts';

/** Reads a file of JSON; `name` is what the person calls it. Throws `Stop` without a word of what is in the file. */
export async function readJson(file: string, name: string): Promise<unknown> {
  try {
    const text = await readFile(file, 'utf8');
    // Editors of Windows begin with a mark that is no JSON.
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw new Stop(`${name} cannot be read: ${reasonOf(error)}`);
    // The engine quotes what it stumbles over, and that may be a key.
    const [place = ''] = / at position \d+/.exec(error.message) ?? [];
    throw new Stop(`${name} cannot be read: it is not valid JSON${place}`);
  }
}
