import type { ContentBlock } from '@aws-sdk/client-bedrock-runtime';
import type {
  AssistantMessage,
  FilePart,
  ToolMessage,
  TurnMessage,
  UserTurn,
  Warning,
} from '@majordomo/core';
import { toolIdMapper } from '@majordomo/wire-kit';
import { assistantBlock, resultBlocks, userBlock, type CallIds } from './blocks.ts';
import type { Quirks } from './quirks.ts';

export interface WireMessage {
  readonly role: 'user' | 'assistant';
  readonly content: ContentBlock[];
}

/** Call ids that the API accepts: pattern and maximum length of `toolUseId` in the API reference. */
const ID_RULE = { maxLength: 64, pattern: /^[a-zA-Z0-9_-]+$/ };

/** Content of a first user message before a transcript that begins with another role, which the API rejects. */
const OPENING: ContentBlock = { text: '(The conversation so far.)' };

/** Converts a transcript to alternating user and assistant messages. Tool results come first in a message. No text is blank. */
export function toMessages(
  messages: readonly TurnMessage[],
  quirks: Quirks,
  family: string,
  warnings: Warning[],
): WireMessage[] {
  const wire = convertTurns(messages, quirks, family, warnings);
  for (const message of wire) nameDocuments(message);
  if (quirks.family === 'claude') trimPrefill(wire.at(-1));
  return wire;
}

/** Converts turns to messages. Additional turns do not change the blocks of the turns before them. */
export function convertTurns(
  messages: readonly TurnMessage[],
  quirks: Quirks,
  family: string,
  warnings: Warning[],
): WireMessage[] {
  const ids = toolIdMapper(messages, ID_RULE);
  const names = documentNames();
  const wire: WireMessage[] = [];
  for (const message of messages) {
    if (message.role === 'tool') {
      addResults(wire, message, { ids, quirks, names });
    } else {
      addBlocks(wire, message, { ids, names, family }, warnings);
    }
  }
  if (wire[0]?.role !== 'user') wire.unshift({ role: 'user', content: [OPENING] });
  return wire;
}

/** Removes trailing white space, which Claude rejects ("Final assistant content cannot end with trailing whitespace."). */
function trimPrefill(last: WireMessage | undefined): void {
  const text = last?.content.at(-1)?.text;
  if (last?.role === 'assistant' && text !== undefined) last.content.splice(-1, 1, { text: text.trimEnd() });
}

interface Naming {
  readonly ids: CallIds;
  readonly names: (file: FilePart) => string;
  readonly family: string;
}

function addBlocks(
  wire: WireMessage[],
  message: UserTurn | AssistantMessage,
  { ids, names, family }: Naming,
  warnings: Warning[],
): void {
  const blocks =
    message.role === 'user'
      ? message.parts.map((part) => userBlock(part, names))
      : message.parts.map((part) => assistantBlock(part, ids, family));
  for (const [at, block] of blocks.entries()) {
    const type = message.parts[at]?.type;
    if (block !== undefined) openMessage(wire, message.role).content.push(block);
    else if (type === 'reasoning' && !warnings.includes(UNSIGNED)) warnings.push(UNSIGNED);
    else if (type === 'vendor' && !warnings.includes(UNREADABLE)) warnings.push(UNREADABLE);
  }
}

const UNSIGNED: Warning = {
  action: 'dropped',
  what: 'reasoning of earlier turns',
  why: 'it has no signature that this API can verify',
};

const UNREADABLE: Warning = {
  action: 'dropped',
  what: 'vendor parts',
  why: 'they belong to another API or another model',
};

interface ResultContext {
  readonly ids: CallIds;
  readonly quirks: Quirks;
  readonly names: (file: FilePart) => string;
}

function addResults(wire: WireMessage[], message: ToolMessage, { ids, quirks, names }: ResultContext): void {
  for (const part of message.parts) {
    const { result, loose } = resultBlocks(part, ids, quirks, names);
    const { content } = openMessage(wire, 'user');
    const firstOther = content.findIndex(({ toolResult }) => toolResult === undefined);
    content.splice(firstOther === -1 ? content.length : firstOther, 0, result);
    content.push(...loose);
  }
}

/** Returns the last message if its role is `role`. Otherwise, appends and returns a new message. */
function openMessage(wire: WireMessage[], role: WireMessage['role']): WireMessage {
  const last = wire.at(-1);
  if (last?.role === role) return last;
  const message: WireMessage = { role, content: [] };
  wire.push(message);
  return message;
}

/**
 * Returns a function that returns a unique name for each document. The names contain only letters, digits, single spaces, hyphens
 * and brackets.
 */
function documentNames(): (file: FilePart) => string {
  const taken = new Set<string>();
  return ({ name, title = name ?? 'document' }) => {
    const plain = title
      .replace(/\.[a-z0-9]+$/i, '')
      .replace(/[^a-zA-Z0-9\s()[\]-]+/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    // The API accepts up to 200 characters, including the number.
    const base = plain === '' ? 'document' : plain.slice(0, 180);
    let unique = base;
    for (let n = 2; taken.has(unique); n++) unique = `${base} ${n}`;
    taken.add(unique);
    return unique;
  };
}

/** Adds a text with the names of the documents, because the API rejects a message with documents and without text. */
function nameDocuments({ content }: WireMessage): void {
  const names = content.flatMap(({ document }) => document?.name ?? []);
  if (names.length > 0 && content.every(({ text }) => text === undefined))
    content.push({ text: names.join(', ') });
}
