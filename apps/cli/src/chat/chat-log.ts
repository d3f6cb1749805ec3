import { randomUUID } from 'node:crypto';
import type { Conversation, Conversations, StoredConversation } from '@majordomo/agent';
import { LlmError } from '@majordomo/core';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { writeNote } from '../terminal/paint.ts';
import { reasonOf } from '../program/reason.ts';
import type { ChatFlags } from './flags.ts';
import { userTitle } from './user-title.ts';

const ID_LENGTH = 8;
const newId = (): string => randomUUID().slice(0, ID_LENGTH);
const LOOKS_LIKE_ID = /^[0-9a-f]{8}$/;

/** Log that stores a conversation after each turn. A failure is reported and does not end the conversation. */
export class ChatLog {
  private readonly store: Conversations;
  private readonly io: Io;
  private id: string;
  /** Version of the stored conversation, or 0 if it is not stored yet. */
  private version: number;
  /** Title that the user set. */
  private title: string | undefined;

  constructor(store: Conversations, storedConversation: StoredConversation | undefined, io: Io) {
    this.store = store;
    this.io = io;
    this.id = storedConversation?.id ?? newId();
    this.version = storedConversation?.version ?? 0;
    this.title = userTitle(storedConversation);
  }

  /** Stores the conversation. */
  async keep(conversation: Omit<Conversation, 'id'>): Promise<void> {
    try {
      await this.save(conversation);
    } catch (error) {
      this.say(`not stored in the log: ${reasonOf(error)}`);
    }
  }

  /** Sets the title. Stores it immediately if the conversation is stored, otherwise with the first save. */
  async rename(title: string): Promise<void> {
    this.title = title;
    try {
      if (this.version > 0) await this.store.rename(this.id, title);
    } catch (error) {
      this.say(`not renamed in the log: ${reasonOf(error)}`);
    }
  }

  /** Begins another conversation, which the next save stores under a new id. The former one remains as it is stored. */
  begin(title: string | undefined): void {
    this.id = newId();
    this.version = 0;
    this.title = title;
  }

  private async save(conversation: Omit<Conversation, 'id'>): Promise<void> {
    try {
      await this.put(conversation, this.id, this.version);
    } catch (error) {
      if (!LlmError.is(error, 'denied')) throw error;
      // Another process changed or removed the stored conversation. Store this conversation under a new id.
      const before = this.id;
      await this.put(conversation, newId(), 0);
      this.say(`${before} was changed or removed meanwhile; this conversation is stored as ${this.id}`);
    }
  }

  private async put(conversation: Omit<Conversation, 'id'>, id: string, after: number): Promise<void> {
    this.version = await this.store.save({ ...conversation, id }, after);
    this.id = id;
    if (after === 0 && this.title !== undefined) await this.store.rename(this.id, this.title);
  }

  private say(text: string): void {
    writeNote(this.io.stderr, `(${text})`);
  }
}

/**
 * Returns the arguments and the id of `--continue`. A value that is not an id is the first argument, as in `chat --continue hello`.
 * The id is `undefined` if the newest conversation is to be continued.
 */
export function parseContinue(
  words: readonly (string | undefined)[],
  value: ChatFlags['continue'],
): { readonly words: readonly (string | undefined)[]; readonly id: string | undefined } {
  if (value === undefined || value === true) return { words, id: undefined };
  if (LOOKS_LIKE_ID.test(value)) return { words, id: value };
  // A command has at most two arguments, so the value cannot be another one.
  if (words[1] !== undefined) throw new Stop(`--continue must be the id of a conversation, not "${value}"`);
  return { words: [value, ...words], id: undefined };
}

/**
 * Returns the conversation with an id, by default the newest. Throws `Stop` if it does not exist. `store` is `undefined` if the
 * file of the conversations does not exist.
 */
export async function loadConversation(
  store: Conversations | undefined,
  id: string | undefined,
): Promise<StoredConversation> {
  const conversationId = id ?? (await store?.list(1))?.[0]?.id;
  if (conversationId === undefined)
    throw new Stop('no conversation is stored; store one with majordomo chat --log');
  const storedConversation = await store?.load(conversationId);
  if (storedConversation === undefined) throw unknownConversation(conversationId);
  return storedConversation;
}

export const unknownConversation = (id: string): Stop =>
  new Stop(`unknown conversation "${id}"; majordomo log list shows all conversations`);
