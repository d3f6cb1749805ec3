import { chatWriter } from '@majordomo/testing/internal';
import { openaiOperations } from '../operations/openai.ts';
import { violations, wellFormed } from '../shape.ts';
import type { Wire } from '../wire.ts';
import { checkConversation } from './conversation.ts';
import { type ChatDialect, openaiDialect } from './dialect.ts';
import { checkOptions } from './options.ts';
import { readChat } from './read.ts';
import { chatRules } from './rules.ts';
import { chatShape } from './shape.ts';

const NO_SIGNATURES: Readonly<Record<string, string>> = {
  'request-cache': 'Chat Completions caches automatically; it has a parameter for the longest retention only',
  'vendor-parts': 'Chat Completions accepts no vendor parts',
  'reasoning-redacted': 'Chat Completions has no encrypted reasoning',
  'chain-recover-signature': 'Chat Completions has no signatures',
};
const NO_REASONING: Readonly<Record<string, string>> = {
  ...NO_SIGNATURES,
  reasoning: 'this vendor returns no reasoning over Chat Completions',
  'reasoning-replay': 'this vendor returns no reasoning over Chat Completions',
  'reasoning-foreign': 'this vendor returns no reasoning over Chat Completions',
};

/** Creates the wire of a vendor's Chat Completions API. */
export function openaiChatWire(dialect: ChatDialect): Wire {
  const shape = chatShape(dialect);
  return {
    ...chatWriter(dialect),
    name: 'openai-chat',
    baseURL: (origin) => `${origin}/v1`,
    accepts: (method, path) => method === 'POST' && /\/chat\/completions(?:\?|$)/.test(path),
    rules: chatRules(dialect),
    cannot: dialect.reasoningField === undefined ? NO_REASONING : NO_SIGNATURES,
    read: readChat,
    validate: (body) =>
      violations(body, [shape, wellFormed], (request, report) => {
        checkConversation(request['messages'], report, dialect);
        checkOptions(request, report, dialect);
      }).filter(({ rule }) => dialect.tolerates?.includes(rule) !== true),
    operations: openaiOperations,
  };
}

/** Wire of OpenAI's Chat Completions API. */
export const openaiChat: Wire = openaiChatWire(openaiDialect);
