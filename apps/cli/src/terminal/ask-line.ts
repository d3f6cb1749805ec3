import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { Stop } from '../program/exit.ts';
import { printable } from './paint.ts';
import { writeState } from '../files/state-file.ts';

const MAX_HISTORY = 500;
/** Escape sequences that enable and disable bracketed paste, with which a terminal marks pasted text. */
const [PASTES_ON, PASTES_OFF] = ['\u001B[?2004h', '\u001B[?2004l'];

export interface AskOptions {
  readonly question: string;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Path of the file with earlier questions, which the user recalls with the arrow keys. */
  readonly history: string;
  readonly signal: AbortSignal;
  /** Lines that arrived before the question, such as the rest of a multi-line paste without markers. */
  readonly linesAhead: string[];
}

/**
 * Asks the user for a question: one line, or pasted text. Arrow keys show earlier questions. Returns `null` at the end of
 * input (Ctrl-D) and `undefined` after Ctrl-C is pressed twice. The first Ctrl-C empties the line.
 */
export async function askLine(options: AskOptions): Promise<string | null | undefined> {
  const { question, input, output, history, signal, linesAhead } = options;
  if (signal.aborted) return undefined;
  const waiting = linesAhead.shift();
  if (waiting !== undefined) {
    output.write(`${question} › ${printable(waiting)}\n`);
    return waiting;
  }
  const before = readHistory(history);
  const lines = createInterface({
    input,
    output,
    terminal: true,
    prompt: `${question} › `,
    history: before.map((text) => printable(text.replaceAll('\n', ' '))).reverse(),
    historySize: MAX_HISTORY,
  });
  output.write(PASTES_ON);
  lines.prompt();
  try {
    const text = await answered(lines, options);
    if (typeof text === 'string' && text.trim() !== '' && text !== before.at(-1)) {
      storeHistory(history, [...before, text].slice(-MAX_HISTORY));
    }
    return text;
  } finally {
    lines.close();
    output.write(PASTES_OFF);
  }
}

function answered(
  lines: Interface,
  { input, output, signal, linesAhead }: AskOptions,
): Promise<string | null | undefined> {
  return new Promise((resolve) => {
    let pasted: string[] = [];
    let isPasting = false;
    let isWarned = false;
    let isAnswered = false;
    const onKey = (_text: string | undefined, key: { readonly name?: string } | undefined): void => {
      if (key?.name === 'paste-start') isPasting = true;
      if (key?.name === 'paste-end') isPasting = false;
    };
    const end = (answer: string | null | undefined): void => {
      isAnswered = true;
      input.off('keypress', onKey);
      signal.removeEventListener('abort', onAbort);
      resolve(answer);
    };
    const onAbort = (): void => {
      end(undefined);
    };
    input.on('keypress', onKey);
    signal.addEventListener('abort', onAbort, { once: true });
    lines.on('line', (line) => {
      if (isAnswered) {
        linesAhead.push(line);
        return;
      }
      pasted.push(line);
      if (!isPasting) end(pasted.join('\n'));
    });
    // Ctrl-D. `askLine` also closes the interface after an answer, which has then settled the promise.
    lines.on('close', () => {
      end(null);
    });
    // After Ctrl-Z and `fg`, readline is paused. Resume it, because the process would otherwise exit.
    lines.on('SIGCONT', () => {
      lines.prompt(true);
    });
    lines.on('SIGINT', () => {
      const isEmpty = lines.line === '' && pasted.length === 0;
      if (isEmpty && isWarned) {
        end(undefined);
        return;
      }
      isWarned = isEmpty;
      pasted = [];
      // Ctrl-E moves to the end of the line, and Ctrl-U deletes everything before it.
      lines.write(null, { ctrl: true, name: 'e' });
      lines.write(null, { ctrl: true, name: 'u' });
      if (isEmpty) output.write('\n(press Ctrl-C again to exit)\n');
      lines.prompt();
    });
  });
}

/** Stores the history. Ignores failures, because the conversation does not need the file. */
function storeHistory(file: string, texts: readonly string[]): void {
  try {
    writeState(file, texts);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
}

/** Returns the stored entries, or an empty array if the file cannot be read. */
function readHistory(file: string): readonly string[] {
  try {
    const known: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(known) ? known.filter((text) => typeof text === 'string') : [];
  } catch {
    return [];
  }
}
