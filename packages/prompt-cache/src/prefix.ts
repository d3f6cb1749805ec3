import type { ChatRequest, Message } from '@majordomo/core';
import { hash128, hashOf } from '@majordomo/core/toolkit';

/** Number of characters per token, for text that no vendor has counted yet. */
const CHARS_PER_TOKEN = 4;
/** Tokens of an image, a document or audio that no vendor has counted yet. */
const TOKENS_OF_BYTES = 1000;

/** Hashes of a conversation. */
export interface Prefix {
  /** Key of the conversation: equal for all its requests, different per tenant. */
  readonly conversation: string;
  /** Hashes of the first n messages, at index n, together with tools and system text. */
  readonly hashes: readonly string[];
}

/** Returns the hashes of a request; `undefined` without a user message. */
export function prefixOf(request: ChatRequest, tenant: string | undefined): Prefix | undefined {
  const { system = '', tools = [], messages } = request;
  const first = messages.find(({ role }) => role === 'user');
  if (first === undefined) return undefined;
  const conversation = hash128(
    JSON.stringify([tenant ?? null, toolsHash(tools), hash128(system), hashOf(first)]),
  );
  const hashes = [conversation];
  for (const message of messages) hashes.push(hash128(`${hashes.at(-1) ?? ''} ${hashOf(message)}`));
  return { conversation, hashes };
}

const toolHashes = new WeakMap<object, string>();

/** Returns the hash of names and descriptions. Schemas may be objects of a library, which have no JSON. */
function toolsHash(tools: NonNullable<ChatRequest['tools']>): string {
  const known = toolHashes.get(tools);
  if (known !== undefined) return known;
  const hash = hash128(JSON.stringify(tools.map(({ name, description }) => [name, description])));
  toolHashes.set(tools, hash);
  return hash;
}

/** Estimates the tokens of messages. */
export function estimateTokens(messages: readonly Message[]): number {
  return messages
    .flatMap(({ parts }): readonly Piece[] => parts)
    .reduce((sum, part) => sum + tokensOf(part), 0);
}

type Piece = Message['parts'][number];

function tokensOf(part: Piece): number {
  if (part.type === 'tool-result') return part.content.reduce((sum, piece) => sum + tokensOf(piece), 0);
  if ('bytes' in part) return TOKENS_OF_BYTES;
  const text = part.type === 'tool-call' ? JSON.stringify(part.args) : (part.text ?? '');
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}
