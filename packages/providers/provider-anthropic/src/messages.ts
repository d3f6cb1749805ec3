import type { ContentBlockParam } from '@anthropic-ai/sdk/resources/messages';
import type { TurnMessage, Warning } from '@majordomo/core';
import { toolIdMapper } from '@majordomo/wire-kit';
import { WireMessageCache } from '@majordomo/wire-kit/internal';
import { assistantBlock, isResult, isThinking, resultBlocks, userBlock, type CallIds } from './blocks.ts';
import { isContainer } from './container.ts';
import type { DeferredNames } from './deferred-tools.ts';
import { withToolsetResults } from './toolsets.ts';

/**
 * Message of the Messages API. The content is always a list of blocks, so the messages of one request are a prefix of those of
 * the next request. Messages are cached for later requests, so callers must not change them.
 */
export interface WireMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly ContentBlockParam[];
}

/** Call ids that the API accepts. The maximum length is undocumented. Ids of known vendors have at most 64 characters. */
const ID_RULE = { maxLength: 64, pattern: /^[a-zA-Z0-9_-]+$/ };

/** Content of a first user message before a transcript that begins with another role, which the API rejects. */
const OPENING: ContentBlockParam = { type: 'text', text: '(The conversation so far.)' };

const forms = new WireMessageCache<WireMessage>();

/**
 * Converts a transcript to messages. In the result, user and assistant messages alternate, tool results come first in a message,
 * and no message is empty.
 */
export function toMessages(
  messages: readonly TurnMessage[],
  family: string,
  warnings: Warning[],
  deferred: DeferredNames = new Set(),
): WireMessage[] {
  const ids = toolIdMapper(messages, ID_RULE);
  // The cache belongs to an object. No quirk affects this conversion, so one constant serves all models.
  const cached = forms.forRequest(messages, ID_RULE, family, ids);
  const wire: WireMessage[] = [];
  for (const message of messages) {
    let form = cached.get(message);
    if (form === undefined) {
      const content = blocksOf(message, ids, family, deferred);
      const role = message.role === 'assistant' ? 'assistant' : 'user';
      form = content.length === 0 ? [] : [{ role, content }];
      // A message that loads tools is not cached, because its references depend on the tools of the request.
      const loadsTools = message.role === 'tool' && message.parts.some((part) => 'loads' in part);
      // If reasoning was dropped, do not cache the message. Otherwise, later requests would not add the warning.
      const isReduced = losesReasoning(message, content);
      if (isReduced && !warnings.includes(UNSIGNED)) warnings.push(UNSIGNED);
      if (!isReduced && !loadsTools) cached.set(message, form);
    }
    for (const wireMessage of form) appendMessage(wire, wireMessage);
  }
  if (wire[0]?.role === 'assistant') wire.unshift({ role: 'user', content: [OPENING] });
  trimPrefill(wire);
  return withToolsetResults(wire);
}

function blocksOf(
  message: TurnMessage,
  ids: CallIds,
  family: string,
  deferred: DeferredNames,
): readonly ContentBlockParam[] {
  if (message.role === 'tool') {
    const results = message.parts.map((part) => resultBlocks(part, ids, deferred));
    return [...results.map(({ result }) => result), ...results.flatMap(({ loose }) => loose)];
  }
  const blocks =
    message.role === 'user'
      ? message.parts.map(userBlock)
      : message.parts.map((part) => assistantBlock(part, ids, family));
  return blocks.filter((block) => block !== undefined);
}

/** Whether a turn had more parts with reasoning or of the vendor than the converted message has such blocks. */
function losesReasoning(message: TurnMessage, content: readonly ContentBlockParam[]): boolean {
  if (message.role !== 'assistant') return false;
  const { parts } = message;
  const reasoning = parts.filter(
    (part) => part.type === 'reasoning' || (part.type === 'vendor' && !isContainer(part)),
  ).length;
  return reasoning > content.filter((block) => !ORDINARY_TYPES.has(block.type)).length;
}

/** Types of blocks that are neither reasoning nor of the vendor. */
const ORDINARY_TYPES: ReadonlySet<ContentBlockParam['type']> = new Set(['text', 'tool_use']);

function appendMessage(wire: WireMessage[], message: WireMessage): void {
  const last = wire.at(-1);
  if (last?.role !== message.role) {
    wire.push(message);
    return;
  }
  const content = [...last.content, ...message.content];
  const results = content.filter(isResult);
  wire[wire.length - 1] = {
    role: last.role,
    content: [...results, ...content.filter((block) => !isResult(block))],
  };
}

/** Removes trailing white space, which the API rejects ("Final assistant content cannot end with trailing whitespace."). */
function trimPrefill(wire: WireMessage[]): void {
  const last = wire.at(-1);
  const block = last?.content.at(-1);
  if (last?.role !== 'assistant' || block?.type !== 'text') return;
  const text = block.text.trimEnd();
  if (text === block.text) return;
  wire[wire.length - 1] = { ...last, content: last.content.with(-1, { ...block, text }) };
}

const UNSIGNED: Warning = {
  action: 'dropped',
  what: 'reasoning of earlier turns',
  why: 'it has no signature that this API can verify',
};

/** Removes thinking from a final assistant message, because the API rejects such thinking if the request disables thinking. */
export function dropFinalThinking(messages: WireMessage[]): void {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return;
  const content = last.content.filter((block) => !isThinking(block));
  messages.pop();
  if (content.length > 0) messages.push({ role: 'assistant', content });
}

/**
 * Appends a message that asks the model to continue, if the last message is text of the model. In a request to a model without
 * prefill, this is a paused turn whose last blocks were dropped.
 */
export function continuePausedTurn(messages: WireMessage[], warnings: Warning[]): void {
  const last = messages.at(-1);
  if (last?.role !== 'assistant' || last.content.at(-1)?.type !== 'text') return;
  messages.push({ role: 'user', content: [CONTINUE] });
  const why = 'the model accepts no prefill; a message asks it to continue';
  warnings.push({ action: 'emulated', what: 'continuation of a paused turn', why });
}

const CONTINUE: ContentBlockParam = { type: 'text', text: 'Continue.' };
