import type {
  CacheControlEphemeral,
  ContentBlockParam,
  RedactedThinkingBlockParam,
  TextBlockParam,
  ThinkingBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import { cachePoints, endOf, type CachePoint } from '@majordomo/claude';
import type { ModelRequest } from '@majordomo/core';
import type { DeferredNames } from './deferred-tools.ts';
import { toMessages, type WireMessage } from './messages.ts';
import type { WireTool } from './programs.ts';

/** Parts of the request body that accept `cache_control`. */
interface MarkedParts {
  readonly tools: readonly WireTool[];
  readonly system: readonly TextBlockParam[];
  readonly messages: WireMessage[];
  /** Names of the tools that are not part of the cached prefix. The API rejects `cache_control` on these tools. */
  readonly deferred: DeferredNames;
}

/**
 * Adds `cache_control` to the blocks after which the vendor caches the prompt. Changes `tools`, `system` and `messages` in
 * place.
 */
export function markCache(
  { cache, messages: turns }: ModelRequest,
  family: string,
  parts: MarkedParts,
): void {
  if (cache === undefined) return;
  const { tools, system, messages, deferred } = parts;
  // Converts the first turns again to find the block at which they end. The first conversion has added their warnings.
  const leading = cache.after === 0 ? [] : toMessages(turns.slice(0, cache.after), family, [], deferred);
  const points = cachePoints(cache, {
    hasTools: tools.length > 0,
    hasSystem: system.length > 0,
    messages,
    leadingEnd: endOf(leading),
    isMarkable,
  });
  for (const point of points) mark(point, parts);
}

function mark({ after, lifetime }: CachePoint, { tools, system, messages, deferred }: MarkedParts): void {
  const control: CacheControlEphemeral = { type: 'ephemeral', ttl: lifetime === 'long' ? '1h' : '5m' };
  if (typeof after === 'string') {
    const last: Markable | undefined =
      after === 'tools' ? tools.findLast(({ name }) => !deferred.has(name)) : system.at(-1);
    // Unlike messages, tools and system blocks are created for each request, so they can be changed.
    if (last !== undefined) last.cache_control = control;
    return;
  }
  const message = messages[after.message];
  const block = message?.content[after.block];
  if (message === undefined || block === undefined || !isMarkable(block)) return;
  // Copy the message, because later requests reuse the cached message and mark other blocks.
  const content = message.content.with(after.block, { ...block, cache_control: control });
  messages[after.message] = { ...message, content };
}

interface Markable {
  cache_control?: CacheControlEphemeral | null;
}

/** Whether a block accepts `cache_control`. Thinking blocks reject this property. */
const isMarkable = (
  block: ContentBlockParam,
): block is Exclude<ContentBlockParam, ThinkingBlockParam | RedactedThinkingBlockParam> =>
  block.type !== 'thinking' && block.type !== 'redacted_thinking';
