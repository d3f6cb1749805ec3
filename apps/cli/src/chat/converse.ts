import type { UserPart } from '@majordomo/core';
import { EXIT, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { writeNote } from '../terminal/paint.ts';
import type { Chat, OpenModel } from './chat-session.ts';
import { Conversation } from './conversation.ts';
import { slashOf } from './slash.ts';

/** Runs turns until `/quit`, Ctrl-D, or Ctrl-C twice. */
export async function converse(
  session: Chat,
  files: readonly UserPart[],
  open: OpenModel,
): Promise<ExitCode> {
  const { io } = session;
  const conversation = new Conversation(session, files, open);
  const { length } = session.messages;
  const before = length === 0 ? '' : ` · ${length} earlier messages`;
  writeNote(io.stderr, `${conversation.spec}${before} · /help lists commands, Ctrl-C stops an answer`);
  for (;;) {
    const text = await questionOf(io);
    if (text === undefined) return EXIT.interrupted;
    if (text === null) return EXIT.ok;
    if (text.trim() === '') continue;
    const slash = slashOf(text);
    if (slash === undefined) await conversation.ask(text.trim());
    else if (slash.name === undefined) writeNote(io.stderr, slash.problem);
    else if (slash.name === 'quit') return EXIT.ok;
    else await conversation.command(slash.name, slash.rest);
  }
}

const BLOCK = '"""';

/**
 * Returns one line or pasted text, or all lines between `"""` and `"""`. Returns `null` after Ctrl-D, and `undefined` after Ctrl-C
 * twice.
 */
async function questionOf(io: Io): Promise<string | null | undefined> {
  const first = await io.ask('You');
  if (first?.startsWith(BLOCK) !== true) return first;
  let text = first.slice(BLOCK.length);
  while (!text.trimEnd().endsWith(BLOCK)) {
    const line = await io.ask('...');
    if (typeof line !== 'string') return line;
    text += `\n${line}`;
  }
  return text.trimEnd().slice(0, -BLOCK.length).trim();
}
