import { userInfo } from 'node:os';
import type { Part } from '@majordomo/core';
import type { LabeledPair } from '@majordomo/replay';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import { isPerson, type Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import { throwStop } from '../program/throw-stop.ts';
import { folderOf, loadReplays } from './run-replay.ts';

const KEYS = { '1': 'first', '2': 'second', e: 'equal' } as const;
const QUESTION = '1 or 2 is better, e equal, s skip, q quit';

/** Implements `majordomo replay label`. Shows pairs of answers, and stores which of them is better. */
export async function label(
  name: string,
  flags: { readonly folder?: string; readonly by?: string },
  io: Io,
): Promise<ExitCode> {
  if (!isPerson(io)) throw new Stop('majordomo replay label needs a terminal');
  const replays = await loadReplays(io);
  const { by = userName() } = flags;
  let labels = 0;
  try {
    for await (const pair of replays.labelReplay(name, { folder: folderOf(flags, io) })) {
      io.stdout.write(pairText(pair));
      const choice = await askChoice(io);
      if (choice === undefined) break;
      if (choice === 's') continue;
      await pair.write(KEYS[choice], by);
      labels += 1;
    }
  } catch (error) {
    throwStop(error);
  }
  io.stdout.write(`${labels} pairs decided; majordomo replay show ${name} prints the report\n`);
  return EXIT.ok;
}

/** Returns the name of the user. The user of a container often has none. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    throw new Stop('the name of the user is not known; add --by <name>');
  }
}

/** Asks until a key is valid. Returns `undefined` if the user quits or the input ends. */
async function askChoice(io: Io): Promise<keyof typeof KEYS | 's' | undefined> {
  for (;;) {
    const answer = (await io.text(QUESTION))?.trim();
    if (answer === undefined || answer === 'q') return undefined;
    if (answer === '1' || answer === '2' || answer === 'e' || answer === 's') return answer;
  }
}

function pairText({ position, total, request, first, second }: LabeledPair): string {
  const last = request.messages.findLast(({ role }) => role === 'user');
  return [
    '',
    `── pair ${position} of ${total}`,
    ...(request.system === undefined ? [] : ['── system', excerpt(request.system)]),
    '── request',
    excerpt(partsText(last?.parts ?? [])),
    '── 1',
    excerpt(answerText(first)),
    '── 2',
    excerpt(answerText(second)),
    '',
  ].join('\n');
}

/** Maximum length of an excerpt, in characters. */
const MAX_EXCERPT = 10_000;

/** Returns the beginning of a text, indented, so that it cannot imitate the headings. */
function excerpt(text: string): string {
  const more = text.length - MAX_EXCERPT;
  const start = printable(text.slice(0, MAX_EXCERPT)).replaceAll(/^/gm, '  ');
  return more > 0 ? `${start}\n  [${more} more characters]` : start;
}

/** Returns the tool calls of a run with their results, and the answer. */
function answerText({ response, error, steps = [] }: LabeledPair['first']): string {
  const answer =
    response === undefined ? `failed: ${error?.message ?? 'unknown'}` : partsText(response.parts);
  return [...steps.map(({ parts }) => partsText(parts)), answer].join('\n');
}

/** Returns the texts and tool calls of a message. Other parts are named. */
function partsText(parts: readonly Part[]): string {
  return parts
    .map((part) => {
      switch (part.type) {
        case 'text':
          return part.text;
        case 'tool-call':
          return `${part.name}(${part.invalid?.raw ?? JSON.stringify(part.args)})`;
        case 'tool-result':
          return `→ ${partsText(part.content)}`;
        default:
          return `[${part.type}]`;
      }
    })
    .join('\n');
}
