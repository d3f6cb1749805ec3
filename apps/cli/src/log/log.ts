import { toJson } from '@majordomo/core';
import type { ConversationHit, ConversationInfo, Conversations } from '@majordomo/agent';
import { loadConversation, unknownConversation } from '../chat/chat-log.ts';
import { conversationsOf, openForReading } from '../ledger/open-ledger.ts';
import { loadSettings } from '../config/settings.ts';
import { EXIT, type ExitCode } from '../program/exit.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { Io } from '../program/io.ts';
import { positiveInteger } from '../program/positive-integer.ts';
import { localTime } from '../limits/in-time.ts';
import { painter, printable } from '../terminal/paint.ts';
import { writeJson } from '../terminal/write-json.ts';
import { formatMessage } from './format-message.ts';

/** Options of `log list` and `log search`. */
export interface ListFlags {
  readonly limit: string;
  readonly json?: true;
}

export interface ShowFlags {
  readonly json?: true;
}

/** Implements `majordomo log list`. Prints the stored conversations, newest first. */
export const listLog = ({ limit, json }: ListFlags, io: Io): Promise<ExitCode> =>
  withLog(io, async (log) => {
    showAll(
      (await log?.list(positiveInteger('--limit', limit))) ?? [],
      json,
      'No conversation is stored.',
      io,
    );
    return EXIT.ok;
  });

/** Implements `majordomo log search`. Prints the conversations with a message that contains all words. */
export const searchLog = (words: readonly string[], { limit, json }: ListFlags, io: Io): Promise<ExitCode> =>
  withLog(io, async (log) => {
    const found = (await log?.search(words.join(' '), positiveInteger('--limit', limit))) ?? [];
    showAll(found, json, 'No conversation was found.', io);
    return found.length === 0 ? EXIT.failed : EXIT.ok;
  });

/** Implements `majordomo log show`. Prints one conversation. */
export const showLog = (id: string | undefined, { json }: ShowFlags, io: Io): Promise<ExitCode> =>
  withLog(io, async (log) => {
    const conversation = await loadConversation(log, id);
    if (json === true) writeJson(io.stdout, { ...conversation, messages: toJson(conversation.messages) });
    else for (const message of conversation.messages) io.stdout.write(`${formatMessage(message, io)}\n`);
    return EXIT.ok;
  });

/** Implements `majordomo log remove`. Removes conversations from the log. */
export const removeFromLog = (ids: readonly string[], io: Io): Promise<ExitCode> =>
  withLog(io, async (log) => {
    for (const id of ids) {
      if ((await log?.remove(id)) !== true) throw unknownConversation(id);
      io.stdout.write(`removed ${printable(id)}\n`);
    }
    return EXIT.ok;
  });

/** Calls `run` with the stored conversations, or with `undefined` if the file of the ledger does not exist yet. */
async function withLog(
  io: Io,
  run: (log: Conversations | undefined) => Promise<ExitCode>,
): Promise<ExitCode> {
  await using books = await openForReading(await loadSettings(io), io, 'majordomo log');
  return await run(books && (await conversationsOf(books)));
}

function showAll(
  all: readonly (ConversationInfo | ConversationHit)[],
  json: true | undefined,
  none: string,
  { stdout }: Io,
): void {
  if (json === true) {
    writeJson(stdout, all);
    return;
  }
  if (all.length === 0) stdout.write(`${none}\n`);
  const paint = painter(stdout);
  for (const one of all) {
    const { id, at, spec, title, messages } = one;
    const text = 'excerpt' in one ? one.excerpt : title;
    const line = `${id}  ${localTime(at)}  ${String(messages).padStart(3)}  `;
    stdout.write(`${paint('bold', printable(line))}${paint('dim', printable(spec))}\n`);
    stdout.write(`${wrapText(`  ${printable(text)}`, stdout.columns, 2)}\n`);
  }
}
