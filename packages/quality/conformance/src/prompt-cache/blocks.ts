import { asList, isRecord } from '@majordomo/core/toolkit';
import type { PromptBlock } from './prefix-trie.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Estimated number of characters per token. */
const CHARS_PER_TOKEN = 4;
const MARKS = new Set(['cache_control', 'prompt_cache_breakpoint']);

type Body = Readonly<Record<string, unknown>>;

/** Returns the blocks of a Messages request: tools, system text and messages, with their `cache_control` marks. */
export function messagesBlocks(body: Body): readonly PromptBlock[] {
  const markMsOf = (part: unknown): number | undefined => {
    const control = isRecord(part) ? part['cache_control'] : undefined;
    if (!isRecord(control)) return undefined;
    return control['ttl'] === '1h' ? HOUR : 5 * MINUTE;
  };
  return [
    ...asList(body['tools']).map((tool) => blockOf('tool', tool, markMsOf(tool))),
    ...partsOf(body['system']).map((part) => blockOf('system', part, markMsOf(part))),
    ...asList(body['messages']).flatMap((message) =>
      isRecord(message)
        ? partsOf(message['content']).map((part) => blockOf(String(message['role']), part, markMsOf(part)))
        : [],
    ),
  ];
}

/** Maximum number of explicit breakpoints, by mode. If a request has more, the last ones apply. `implicit` adds one to the last block. */
const MAX_BREAKPOINTS = { implicit: 3, explicit: 4 } as const;

/**
 * Returns the blocks of a Chat Completions or Responses request: tools, instructions and items. Each has the mark that
 * `prompt_cache_options` and `prompt_cache_breakpoint` determine.
 */
export function openaiBlocks(body: Body): readonly PromptBlock[] {
  const options = isRecord(body['prompt_cache_options']) ? body['prompt_cache_options'] : {};
  const mode = options['mode'] === 'explicit' ? 'explicit' : 'implicit';
  const ttl = ttlOf(options) ?? 30 * MINUTE;
  const markMsOf = (part: unknown): number | undefined => {
    const breakpoint = isRecord(part) ? part['prompt_cache_breakpoint'] : undefined;
    return isRecord(breakpoint) ? (ttlOf(breakpoint) ?? ttl) : undefined;
  };
  const items =
    typeof body['input'] === 'string' ? [{ role: 'user', content: body['input'] }] : body['input'];
  const blocks = [
    ...asList(body['tools']).map((tool) => blockOf('tool', tool, undefined)),
    ...partsOf(body['instructions']).map((part) => blockOf('instructions', part, undefined)),
    ...asList(items ?? body['messages']).flatMap((item) => itemBlocks(item, markMsOf)),
  ];
  const points = blocks.flatMap(({ markMs }, at) => (markMs === undefined ? [] : [at]));
  const used = new Set(points.slice(-MAX_BREAKPOINTS[mode]));
  return blocks.map((block, at) => {
    const isLast = mode === 'implicit' && at === blocks.length - 1;
    return { ...block, markMs: used.has(at) ? block.markMs : isLast ? ttl : undefined };
  });
}

function itemBlocks(item: unknown, markMsOf: (part: unknown) => number | undefined): readonly PromptBlock[] {
  if (!isRecord(item)) return [];
  const { content, ...rest } = item;
  const parts = partsOf(content).map((part) => blockOf(JSON.stringify(rest), part, markMsOf(part)));
  return parts.length > 0 ? parts : [blockOf('item', rest, markMsOf(item))];
}

const ttlOf = ({ ttl }: Body): number | undefined =>
  ttl === '12h' ? 12 * HOUR : ttl === '30m' ? 30 * MINUTE : undefined;

/** Returns the parts of a message's content. A string becomes one text part. */
function partsOf(content: unknown): readonly unknown[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return asList(content);
}

function blockOf(role: string, part: unknown, markMs: number | undefined): PromptBlock {
  const content = isRecord(part)
    ? Object.fromEntries(Object.entries(part).filter(([name]) => !MARKS.has(name)))
    : part;
  const text = `${role} ${JSON.stringify(content)}`;
  return { text, tokens: Math.ceil(text.length / CHARS_PER_TOKEN), markMs };
}
