import type { ChatRequest, Message } from '@majordomo/core';
import { hash128, hashOf } from '@majordomo/core/toolkit';

/** Estimated number of characters per token, for text whose tokens no vendor has counted. */
const CHARS_PER_TOKEN = 4;
/** Estimated number of tokens of an image, document or audio recording whose tokens no vendor has counted. */
const TOKENS_OF_BYTES = 1000;

/** Hashes of a conversation. */
export interface Prefix {
  /** Key of the conversation, equal for all of its requests and different for each tenant. */
  readonly conversation: string;
  /** Returns the hash of the first messages with tools and system text; `undefined` if the request has fewer messages. */
  hashOf(count: number): string | undefined;
}

/** Returns the hashes of a request; `undefined` if the request has no user message. */
export function prefixOf(request: ChatRequest, tenant: string | undefined): Prefix | undefined {
  const { system = '', tools = [], messages } = request;
  const first = messages.find(({ role }) => role === 'user');
  if (first === undefined) return undefined;
  const conversation = hash128(
    JSON.stringify([tenant ?? null, toolsHash(tools), hash128(system), hashOf(first)]),
  );
  return {
    conversation,
    hashOf: (count) =>
      count > messages.length
        ? undefined
        : hash128([conversation, ...messages.slice(0, count).map(hashOf)].join(' ')),
  };
}

const toolHashes = new WeakMap<object, string>();

/** Hashes names and descriptions only: schemas may be objects of a library that have no JSON form. */
function toolsHash(tools: NonNullable<ChatRequest['tools']>): string {
  const known = toolHashes.get(tools);
  if (known !== undefined) return known;
  const hash = hash128(JSON.stringify(tools.map(({ name, description }) => [name, description])));
  toolHashes.set(tools, hash);
  return hash;
}

/** Returns the estimated number of tokens of messages. */
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
