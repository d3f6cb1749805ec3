import type { ContentBlockParam } from '@anthropic-ai/sdk/resources/messages';
import type { TurnMessage, Warning } from '@majordomo/core';
import { toolIdMapper, WireMessageCache } from '@majordomo/wire-kit';
import { assistantBlock, isResult, isThinking, resultBlocks, userBlock, type CallIds } from './blocks.ts';

/**
 * A message of the wire; the content is always a list of blocks, so that turn n's bytes stay a prefix of turn
 * n+1's. It may be kept for later requests: a change is a new message.
 */
export interface WireMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly ContentBlockParam[];
}

/** The wire names the pattern; the length is not documented, and 64 is above every vendor's ids. */
const ID_RULE = { maxLength: 64, pattern: /^[a-zA-Z0-9_-]+$/ };

/** A conversation may not begin with the assistant. */
const OPENING: ContentBlockParam = { type: 'text', text: '(The conversation so far.)' };

const forms = new WireMessageCache<WireMessage>();

/** Turns as the wire wants them: alternating roles, tool results first, nothing empty. */
export function toMessages(
  messages: readonly TurnMessage[],
  family: string,
  warnings: Warning[],
): WireMessage[] {
  const ids = toolIdMapper(messages, ID_RULE);
  const known = forms.forRequest(ID_RULE, family, ids);
  const wire: WireMessage[] = [];
  for (const message of messages) {
    let form = known.get(message);
    if (form === undefined) {
      const content = blocksOf(message, ids, family);
      const role = message.role === 'assistant' ? 'assistant' : 'user';
      form = content.length === 0 ? [] : [{ role, content }];
      // Where something was dropped, the next request has to tell it too.
      if (losesReasoning(message, content)) warnOnce(warnings, UNSIGNED);
      else known.set(message, form);
    }
    for (const one of form) add(wire, one);
  }
  if (wire[0]?.role === 'assistant') wire.unshift({ role: 'user', content: [OPENING] });
  trimPrefill(wire);
  return wire;
}

function blocksOf(message: TurnMessage, ids: CallIds, family: string): readonly ContentBlockParam[] {
  if (message.role === 'tool') {
    const results = message.parts.map((part) => resultBlocks(part, ids));
    return [...results.map(({ result }) => result), ...results.flatMap(({ loose }) => loose)];
  }
  const blocks =
    message.role === 'user'
      ? message.parts.map(userBlock)
      : message.parts.map((part) => assistantBlock(part, ids, family));
  return blocks.filter((block) => block !== undefined);
}

function losesReasoning({ parts }: TurnMessage, content: readonly ContentBlockParam[]): boolean {
  const thoughts = parts.filter(({ type }) => type === 'reasoning' || type === 'vendor').length;
  return thoughts > content.filter((block) => !SAID.has(block.type)).length;
}

/** Blocks that are made of other parts than reasoning and what ran at the vendor. */
const SAID: ReadonlySet<ContentBlockParam['type']> = new Set(['text', 'tool_use']);

/** Consecutive messages of one role are one; results stand before any other block of theirs, whatever came first. */
function add(wire: WireMessage[], message: WireMessage): void {
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

/** "Final assistant content cannot end with trailing whitespace." */
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
  why: 'it has no signature that this wire can check',
};

function warnOnce(warnings: Warning[], warning: Warning): void {
  if (!warnings.includes(warning)) warnings.push(warning);
}

/** With thinking off, a final assistant message may hold none; those before it may. */
export function dropFinalThinking(messages: WireMessage[]): void {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return;
  const kept = last.content.filter((block) => !isThinking(block));
  messages.pop();
  if (kept.length > 0) messages.push({ role: 'assistant', content: kept });
}
