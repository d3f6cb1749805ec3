import type { ContentBlockParam } from '@anthropic-ai/sdk/resources/messages';
import type { AssistantMessage, ToolMessage, TurnMessage, UserMessage, Warning } from '@majordomo/core';
import { toolIds } from '@majordomo/core/provider';
import { assistantBlock, resultBlocks, userBlock, type CallIds } from './blocks.ts';

/**
 * A message of the wire; the content is always a list of blocks, so that turn n's bytes stay a prefix of turn
 * n+1's.
 */
export interface WireMessage {
  readonly role: 'user' | 'assistant';
  readonly content: ContentBlockParam[];
}

/** The wire names the pattern; the length is not documented, and 64 is above every vendor's ids. */
const ID_RULE = { maxLength: 64, pattern: /^[a-zA-Z0-9_-]+$/ };

/** A conversation may not begin with the assistant. */
const OPENING: ContentBlockParam = { type: 'text', text: '(The conversation so far.)' };

/** Turns as the wire wants them: alternating roles, tool results first, nothing empty. */
export function toMessages(messages: readonly TurnMessage[], warnings: Warning[]): WireMessage[] {
  const ids = toolIds(messages, ID_RULE);
  const wire: WireMessage[] = [];
  for (const message of messages) {
    if (message.role === 'tool') addResults(wire, message, ids);
    else addBlocks(wire, message, ids, warnings);
  }
  if (wire[0]?.role === 'assistant') wire.unshift({ role: 'user', content: [OPENING] });
  trimPrefill(wire.at(-1));
  return wire;
}

function addBlocks(
  wire: WireMessage[],
  message: UserMessage | AssistantMessage,
  ids: CallIds,
  warnings: Warning[],
): void {
  for (const part of message.parts) {
    const block =
      part.type === 'text' || part.type === 'image' || part.type === 'file'
        ? userBlock(part)
        : assistantBlock(part, ids);
    if (block !== undefined) openMessage(wire, message.role).content.push(block);
    else if (part.type === 'reasoning') warnOnce(warnings, UNSIGNED);
  }
}

/** Results stand before any other block of their message, whatever stood there first. */
function addResults(wire: WireMessage[], message: ToolMessage, ids: CallIds): void {
  for (const part of message.parts) {
    const { result, loose } = resultBlocks(part, ids);
    const { content } = openMessage(wire, 'user');
    const firstOther = content.findIndex(({ type }) => type !== 'tool_result');
    content.splice(firstOther === -1 ? content.length : firstOther, 0, result);
    content.push(...loose);
  }
}

/** Consecutive messages of one role are one message. */
function openMessage(wire: WireMessage[], role: WireMessage['role']): WireMessage {
  const last = wire.at(-1);
  if (last?.role === role) return last;
  const message: WireMessage = { role, content: [] };
  wire.push(message);
  return message;
}

/** "Final assistant content cannot end with trailing whitespace." */
function trimPrefill(last: WireMessage | undefined): void {
  const block = last?.role === 'assistant' ? last.content.at(-1) : undefined;
  if (block?.type === 'text') block.text = block.text.trimEnd();
}

const UNSIGNED: Warning = {
  action: 'dropped',
  what: 'reasoning of earlier turns',
  why: 'it has no signature that this wire can check',
};

function warnOnce(warnings: Warning[], warning: Warning): void {
  if (!warnings.includes(warning)) warnings.push(warning);
}

const isThinking = ({ type }: ContentBlockParam): boolean =>
  type === 'thinking' || type === 'redacted_thinking';

/**
 * With a token budget, the wire wants the assistant's turn to begin with thinking when it goes on after tool
 * results ("Expected `thinking` or `redacted_thinking`, but found `tool_use`"). The turn reaches back over
 * its tool results.
 */
export function lacksThinking(messages: readonly WireMessage[]): boolean {
  let first: WireMessage | undefined;
  for (let at = messages.length - 1; at > 0 && holdsResult(messages[at]); at -= 2) first = messages[at - 1];
  const block = first?.content[0];
  return block !== undefined && !isThinking(block);
}

const holdsResult = (message: WireMessage | undefined): boolean =>
  message?.role === 'user' && message.content.some(({ type }) => type === 'tool_result');

/** With thinking off, a final assistant message may hold none; those before it may. */
export function dropFinalThinking(messages: WireMessage[]): void {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return;
  const kept = last.content.filter((block) => !isThinking(block));
  messages.pop();
  if (kept.length > 0) messages.push({ role: 'assistant', content: kept });
}
