import { userInfo } from 'node:os';
import type { LabeledPair } from '@majordomo/evals/replay';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import { stopOf } from '../eval/publish.ts';
import { folderOf, loadReplays } from './run-replay.ts';

const KEYS = { '1': 'first', '2': 'second', e: 'equal' } as const;
const QUESTION = '1 or 2 is better, e equal, s skip, q quit';

/** Implements `majordomo replay label`. Shows pairs of answers, and stores which of them is better. */
export async function label(
  name: string,
  flags: { readonly folder?: string; readonly by?: string },
  io: Io,
): Promise<ExitCode> {
  if (io.stdin.kind !== 'terminal' || !io.stdout.isTerminal)
    throw new Stop('majordomo replay label needs a terminal');
  const replays = await loadReplays(io);
  const { by = userInfo().username } = flags;
  let labels = 0;
  try {
    for await (const pair of replays.labelReplay(name, { folder: folderOf(flags, io) })) {
      io.stdout.write(printable(pairText(pair)));
      const choice = await askChoice(io);
      if (choice === undefined) break;
      if (choice === 's') continue;
      await pair.write(KEYS[choice], by);
      labels += 1;
    }
  } catch (error) {
    stopOf(error);
  }
  io.stdout.write(`${labels} pairs decided; majordomo replay show ${name} prints the report\n`);
  return EXIT.ok;
}

/** Asks until a key is valid. Returns `undefined` at the end. */
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
    ...(request.system === undefined ? [] : [`system: ${request.system}`]),
    `request: ${partsText(last?.parts ?? [])}`,
    `── 1\n${answerText(first)}`,
    `── 2\n${answerText(second)}`,
    '',
  ].join('\n');
}

const answerText = ({ response, error }: LabeledPair['first']): string =>
  response === undefined ? `failed: ${error?.message ?? 'unknown'}` : partsText(response.parts);

/** Returns the texts and tool calls of a message. Other parts are named. */
function partsText(parts: readonly { readonly type: string }[]): string {
  return parts
    .map((part) => {
      if ('text' in part && part.type === 'text') return String(part.text);
      if ('args' in part && 'name' in part) return `${String(part.name)}(${JSON.stringify(part.args)})`;
      return `[${part.type}]`;
    })
    .join('\n');
}
