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
 * Breakpoints where the documentation puts them for a growing conversation: the last tool, the system prompt,
 * the last message and the user's message before it. These are four, the most that the wire takes.
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

/** Messages are kept for the next request, where others get the marker: a copy has it. */
function markMessage(messages: WireMessage[], at: number, control: CacheControlEphemeral): void {
  const message = messages[at];
  const place = message?.content.findLastIndex(isMarkable) ?? -1;
  const block = message?.content[place];
  if (message === undefined || block === undefined || !isMarkable(block)) return;
  messages[at] = { ...message, content: message.content.with(place, { ...block, cache_control: control }) };
}

interface Markable {
  cache_control?: CacheControlEphemeral | null;
}

/** Thinking takes no marker; text is never empty here. */
const isMarkable = (
  block: ContentBlockParam,
): block is Exclude<ContentBlockParam, ThinkingBlockParam | RedactedThinkingBlockParam> =>
  block.type !== 'thinking' && block.type !== 'redacted_thinking';

function mark(place: Markable | undefined, control: CacheControlEphemeral): void {
  if (place !== undefined) place.cache_control = control;
}
