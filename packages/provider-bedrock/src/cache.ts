import type {
  CachePointBlock,
  ContentBlock,
  SystemContentBlock,
  Tool,
} from '@aws-sdk/client-bedrock-runtime';
import type { Warning } from '@majordomo/core';
import type { WireMessage } from './messages.ts';
import type { Quirks } from './quirks.ts';

/**
 * Sets cache points where the documentation recommends them for a growing conversation: after the tools, the system prompt,
 * the last message and the user message before it. The API accepts at most these four.
 */
export function markCache(
  cache: 'short' | 'long',
  { cachePoints, longCache }: Quirks,
  places: {
    readonly tools: Tool[] | undefined;
    readonly system: SystemContentBlock[];
    readonly messages: readonly WireMessage[];
  },
  warnings: Warning[],
): void {
  if (cachePoints === 'none') {
    warnings.push({ action: 'dropped', what: 'cache', why: 'this model accepts no cache points' });
    return;
  }
  if (cache === 'long' && !longCache) {
    warnings.push({
      action: 'coerced',
      what: 'cache to short',
      why: 'this model caches a prefix for minutes only',
    });
  }
  const cachePoint: CachePointBlock = {
    type: 'default',
    ...(cache === 'long' && longCache && { ttl: '1h' }),
  };
  const { tools, system, messages } = places;
  if (cachePoints === 'all' && tools !== undefined && tools.length > 0) tools.push({ cachePoint });
  if (system.length > 0) system.push({ cachePoint });
  for (const message of [messages.at(-1), messages.at(-3)]) {
    if (message !== undefined) mark(message.content, { cachePoint });
  }
}

/**
 * Adds a cache point after the last block that accepts one. After a document other than PDF the API creates a block that
 * the model rejects ("content.3.type: Field required"; strands-agents/harness-sdk#1966, 2026-03).
 */
function mark(content: ContentBlock[], point: ContentBlock): void {
  const last = content.findLastIndex(({ document }) => document === undefined || document.format === 'pdf');
  if (last >= 0) content.splice(last + 1, 0, point);
}
