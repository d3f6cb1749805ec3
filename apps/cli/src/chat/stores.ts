import type { Ledger } from '@majordomo/ledger';
import type { StoredConversation } from '@majordomo/agent';
import type { Settings } from '../config/settings.ts';
import type { Io } from '../program/io.ts';
import type { ChatLog } from './chat-log.ts';
import type { ChatFlags } from './flags.ts';

/** Ledger and stored conversation of a chat. Disposing waits until all records are stored. */
export interface ChatStores extends AsyncDisposable {
  /** Arguments without the conversation's id. */
  readonly words: readonly (string | undefined)[];
  /** Conversation to continue. */
  readonly conversation: StoredConversation | undefined;
  /** Store of this conversation. */
  readonly log: ChatLog | undefined;
  readonly ledger: Ledger | undefined;
}

/** Opens the requested stores. Loads nothing if none is requested. */
export async function openChatStores(
  words: readonly (string | undefined)[],
  settings: Settings,
  flags: ChatFlags,
  io: Io,
): Promise<ChatStores> {
  const isContinued = flags.continue !== undefined;
  const logs = flags.image === undefined && (flags.log ?? (isContinued || settings.log));
  if (settings.ledger === undefined && !logs && !isContinued) return nothing(words);
  const { conversationsOf, openLedgerFile } = await import('../ledger/open-ledger.ts');
  const { ChatLog, parseContinue, loadConversation } = await import('./chat-log.ts');
  const continued = parseContinue(words, flags.continue);
  const books = await openLedgerFile(
    settings,
    io,
    isContinued || logs ? 'the log' : '`ledger` of the configuration',
  );
  try {
    const conversations = isContinued || logs ? await conversationsOf(books) : undefined;
    const conversation =
      conversations && isContinued ? await loadConversation(conversations, continued.id) : undefined;
    return {
      words: continued.words,
      conversation,
      log: conversations && logs ? new ChatLog(conversations, conversation, io) : undefined,
      ledger: settings.ledger === undefined ? undefined : books.ledger,
      [Symbol.asyncDispose]: () => books[Symbol.asyncDispose](),
    };
  } catch (error) {
    await books[Symbol.asyncDispose]();
    throw error;
  }
}

const nothing = (words: ChatStores['words']): ChatStores => ({
  words,
  conversation: undefined,
  log: undefined,
  ledger: undefined,
  [Symbol.asyncDispose]: () => Promise.resolve(),
});
