import type {
  CacheControlEphemeral,
  ContentBlockParam,
  RedactedThinkingBlockParam,
  TextBlockParam,
  ThinkingBlockParam,
  Tool,
} from '@anthropic-ai/sdk/resources/messages';
import type { WireMessage } from './messages.ts';

/**
 * Sets breakpoints where the documentation recommends them for a growing conversation: the last tool, the system prompt,
 * the last message and the user message before it. The API accepts at most these four.
 */
export function markCache(
  cache: 'short' | 'long',
  tools: readonly Tool[],
  system: readonly TextBlockParam[],
  messages: WireMessage[],
): void {
  const control: CacheControlEphemeral = { type: 'ephemeral', ttl: cache === 'long' ? '1h' : '5m' };
  mark(tools.at(-1), control);
  mark(system.at(-1), control);
  markMessage(messages, messages.length - 1, control);
  markMessage(messages, messages.length - 3, control);
}

/** Replaces the message with a marked copy: messages are cached for later requests, where other messages are marked. */
function markMessage(messages: WireMessage[], position: number, control: CacheControlEphemeral): void {
  const message = messages[position];
  const index = message?.content.findLastIndex(isMarkable) ?? -1;
  const block = message?.content[index];
  if (message === undefined || block === undefined || !isMarkable(block)) return;
  messages[position] = {
    ...message,
    content: message.content.with(index, { ...block, cache_control: control }),
  };
}

interface Markable {
  cache_control?: CacheControlEphemeral | null;
}

/** Whether a block accepts a marker: thinking does not. */
const isMarkable = (
  block: ContentBlockParam,
): block is Exclude<ContentBlockParam, ThinkingBlockParam | RedactedThinkingBlockParam> =>
  block.type !== 'thinking' && block.type !== 'redacted_thinking';

function mark(block: Markable | undefined, control: CacheControlEphemeral): void {
  if (block !== undefined) block.cache_control = control;
}
