import type {
  CacheControlEphemeral,
  ContentBlockParam,
  TextBlockParam,
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
  messages: readonly WireMessage[],
): void {
  const control: CacheControlEphemeral = { type: 'ephemeral', ttl: cache === 'long' ? '1h' : '5m' };
  mark(tools.at(-1), control);
  mark(system.at(-1), control);
  mark(messages.at(-1)?.content.findLast(isMarkable), control);
  mark(messages.at(-3)?.content.findLast(isMarkable), control);
}

interface Markable {
  cache_control?: CacheControlEphemeral | null;
}

/** Thinking takes no marker; text is never empty here. */
const isMarkable = (block: ContentBlockParam): block is ContentBlockParam & Markable =>
  block.type !== 'thinking' && block.type !== 'redacted_thinking';

function mark(place: Markable | undefined, control: CacheControlEphemeral): void {
  if (place !== undefined) place.cache_control = control;
}
