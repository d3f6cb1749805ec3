import type { ModelCache } from '@majordomo/core';

/** Maximum number of cache points in one request. */
const MAX_POINTS = 4;

/** Distance between cache points, in blocks. The API looks for cached entries at most 20 blocks before a point. */
const DISTANCE = 18;

/** Position of a block within the messages of a request. */
export interface BlockPosition {
  readonly message: number;
  readonly block: number;
}

/** Position up to which a prompt is cached, and the lifetime of the cached entry. */
export interface CachePoint {
  readonly after: 'tools' | 'system' | BlockPosition;
  readonly lifetime: 'short' | 'long';
}

interface Turn<Block> {
  readonly content: readonly Block[];
}

/** Parts of a request that accept cache points. */
export interface CachedRequest<Block> {
  /** Whether a point may follow the tools. */
  readonly hasTools: boolean;
  /** Whether a point may follow the system text. */
  readonly hasSystem: boolean;
  /** Messages in the format of the API. */
  readonly messages: readonly Turn<Block>[];
  /** End of the leading messages that do not change between requests, as returned by `endOf`. */
  readonly leadingEnd: BlockPosition | undefined;
  /** Whether a point may follow a block. */
  readonly isMarkable: (block: Block) => boolean;
}

/** Returns the position of the last block; `undefined` without messages. */
export function endOf(messages: readonly Turn<unknown>[]): BlockPosition | undefined {
  const last = messages.at(-1);
  return last && { message: messages.length - 1, block: last.content.length - 1 };
}

/**
 * Returns at most four points in the order of the prompt: after the system text or the tools, after the leading messages, and
 * after the last block. The remaining points are placed before the last block, so that the API finds the end of an earlier
 * request. The API requires entries of an hour before those of five minutes. Long-lived points in the messages therefore make
 * the points before them long-lived.
 */
export function cachePoints<Block>(
  { prefix, messages }: ModelCache,
  request: CachedRequest<Block>,
): readonly CachePoint[] {
  const points: CachePoint[] = [];
  const blocks = markableBlocks(request);
  let floor = -1;
  if (prefix !== 'none') {
    const lifetime = messages === 'long' ? messages : prefix;
    if (request.hasSystem) points.push({ after: 'system', lifetime });
    else if (request.hasTools) points.push({ after: 'tools', lifetime });
    floor = request.leadingEnd === undefined ? -1 : lastUpTo(blocks, request.leadingEnd);
    const end = blocks[floor];
    if (end !== undefined) points.push({ after: positionOf(end), lifetime });
  }
  if (messages === 'none') return points;
  const latest: CachePoint[] = [];
  let at = blocks.length - 1;
  while (at > floor && points.length + latest.length < MAX_POINTS) {
    const position = blocks[at];
    if (position === undefined) break;
    latest.unshift({ after: positionOf(position), lifetime: messages });
    const next = position.index - DISTANCE;
    at = blocks.findLastIndex(({ index }) => index <= next);
  }
  return [...points, ...latest];
}

interface IndexedPosition extends BlockPosition {
  /** Index of the block among all blocks of the messages. */
  readonly index: number;
}

function markableBlocks<Block>({ messages, isMarkable }: CachedRequest<Block>): readonly IndexedPosition[] {
  let count = 0;
  return messages.flatMap(({ content }, message) => {
    const first = count;
    count += content.length;
    return content.flatMap((each, block) =>
      isMarkable(each) ? [{ message, block, index: first + block }] : [],
    );
  });
}

const lastUpTo = (blocks: readonly IndexedPosition[], end: BlockPosition): number =>
  blocks.findLastIndex(
    ({ message, block }) => message < end.message || (message === end.message && block <= end.block),
  );

const positionOf = ({ message, block }: BlockPosition): BlockPosition => ({ message, block });
