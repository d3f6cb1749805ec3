import { Stop } from '../program/exit.ts';
import type { Io, Output } from '../program/io.ts';

/**
 * Returns the question: the typed text, followed by standard input. A socket, which some parent processes leave open, is read
 * only without typed text or with `-`.
 */
export async function promptOf(prompt: string | undefined, { stdin, stderr }: Io): Promise<string> {
  const typed = prompt === '-' ? undefined : prompt;
  const hasInput = stdin.kind === 'file' || stdin.kind === 'pipe';
  const reads = hasInput || (typed === undefined && stdin.kind === 'socket');
  const piped = reads ? (await announced(stdin.text(), stderr)).trim() : '';
  const question = [typed ?? '', piped].filter((text) => text !== '').join('\n\n');
  if (question.trim() === '')
    throw new Stop('the prompt is empty; pass a prompt, or pipe one to standard input');
  return question;
}

/** Time after which a pipe without data is reported, in milliseconds. */
const SILENT_MS = 1000;

async function announced(text: Promise<string>, { write }: Output): Promise<string> {
  const timer = setTimeout(() => {
    write('majordomo: waiting for standard input to end; without input, add < /dev/null\n');
  }, SILENT_MS);
  try {
    return await text;
  } finally {
    clearTimeout(timer);
  }
}
