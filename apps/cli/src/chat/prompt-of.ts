import { Stop } from '../exit.ts';
import type { Io, Output } from '../io.ts';

/**
 * The question: what was typed, and after it what standard input holds. A socket is what a parent process leaves open
 * without meaning to write: it is read only when nothing was typed, or `-` was.
 */
export async function promptOf(prompt: string | undefined, { stdin, stderr }: Io): Promise<string> {
  const typed = prompt === '-' ? undefined : prompt;
  const reads =
    stdin.kind === 'file' || stdin.kind === 'pipe' || (typed === undefined && stdin.kind === 'socket');
  const piped = reads ? (await announced(stdin.text(), stderr)).trim() : '';
  const question = [typed ?? '', piped].filter((text) => text !== '').join('\n\n');
  if (question.trim() === '') throw new Stop('nothing is asked: give a prompt, or pipe one in');
  return question;
}

/** A pipe that nobody writes to or closes would be waited for in silence. */
const SILENT_MS = 1000;

async function announced(text: Promise<string>, { write }: Output): Promise<string> {
  const timer = setTimeout(() => {
    write('majordomo: waiting for standard input to end; with nothing to read, call it with < /dev/null\n');
  }, SILENT_MS);
  try {
    return await text;
  } finally {
    clearTimeout(timer);
  }
}
