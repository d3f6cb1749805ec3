import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { Stop } from './exit.ts';
import { printable } from './paint.ts';
import { writeState } from './state-file.ts';

const MOST_REMEMBERED = 500;
/** A terminal that knows it says where a pasted text begins and ends. */
const [PASTES_ON, PASTES_OFF] = ['\u001B[?2004h', '\u001B[?2004l'];

export interface AskOptions {
  readonly question: string;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** What was asked before, for the arrow keys. */
  readonly history: string;
  readonly signal: AbortSignal;
  /** Lines that came before they were asked for, such as those behind the first of a text pasted without saying so. */
  readonly ahead: string[];
}

/**
 * Asks a person for a text: one line, or what is pasted as a whole. Arrows bring back what was asked before. `null` at the
 * end of input (Ctrl-D), `undefined` after Ctrl-C twice; the first one empties the line.
 */
export async function askLine(options: AskOptions): Promise<string | null | undefined> {
  const { question, input, output, history, signal, ahead } = options;
  if (signal.aborted) return undefined;
  const waiting = ahead.shift();
  if (waiting !== undefined) {
    output.write(`${question} › ${printable(waiting)}\n`);
    return waiting;
  }
  const before = remembered(history);
  const lines = createInterface({
    input,
    output,
    terminal: true,
    prompt: `${question} › `,
    history: before.map((text) => printable(text.replaceAll('\n', ' '))).reverse(),
    historySize: MOST_REMEMBERED,
  });
  output.write(PASTES_ON);
  lines.prompt();
  try {
    const text = await answered(lines, options);
    if (typeof text === 'string' && text.trim() !== '' && text !== before.at(-1)) {
      remember(history, [...before, text].slice(-MOST_REMEMBERED));
    }
    return text;
  } finally {
    lines.close();
    output.write(PASTES_OFF);
  }
}

function answered(
  lines: Interface,
  { input, output, signal, ahead }: AskOptions,
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
        ahead.push(line);
        return;
      }
      pasted.push(line);
      if (!isPasting) end(pasted.join('\n'));
    });
    lines.on('close', () => {
      end(null);
    });
    // Ctrl-Z, and back: readline comes back paused, with nothing left that keeps the process.
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
      lines.write(null, { ctrl: true, name: 'e' });
      lines.write(null, { ctrl: true, name: 'u' });
      if (isEmpty) output.write('\n(Ctrl-C again leaves)\n');
      lines.prompt();
    });
  });
}

/** Where it cannot be kept, the conversation continues without. */
function remember(file: string, texts: readonly string[]): void {
  try {
    writeState(file, texts);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
}

/** Nothing, where nothing can be read. */
function remembered(file: string): readonly string[] {
  try {
    const known: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(known) ? known.filter((text) => typeof text === 'string') : [];
  } catch {
    return [];
  }
}
