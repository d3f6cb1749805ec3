import type { ChatRequest } from '@majordomo/core';
import { hash128, hashOf } from '@majordomo/core/toolkit';

/** Hashes of a conversation. */
export interface Prefix {
  /** Key of the conversation, equal for all of its requests and different for each tenant. */
  readonly conversation: string;
  /** Returns the hash of the tools, the system text and the first `count` messages; `undefined` if there are fewer messages. */
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

/** Hashes only the names and descriptions of tools that are not deferred. Schemas may be library objects without a JSON form. */
function toolsHash(tools: NonNullable<ChatRequest['tools']>): string {
  const known = toolHashes.get(tools);
  if (known !== undefined) return known;
  const hash = hash128(
    JSON.stringify(
      tools.filter(({ deferred }) => deferred !== true).map(({ name, description }) => [name, description]),
    ),
  );
  toolHashes.set(tools, hash);
  return hash;
}
