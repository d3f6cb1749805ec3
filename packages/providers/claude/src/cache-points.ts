import type { ModelCache } from '@majordomo/core';

/** Maximum number of cache points in one request. */
const MAX_POINTS = 4;

/**
 * Distance between cache points, in blocks. The API looks for cached entries at most 20 blocks before a point. The other two
 * blocks are a reserve, because the block at this distance may not accept a point.
 */
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

/** Returns the position of the last block; `undefined` if no messages exist. */
export function endOf(messages: readonly Turn<unknown>[]): BlockPosition | undefined {
  const last = messages.at(-1);
  return last && { message: messages.length - 1, block: last.content.length - 1 };
}

/**
 * Returns at most four points in the order of the prompt: after the system text or the tools, after the leading messages, and
 * after the last block. The remaining points are placed before the last block, so that the API finds the end of an earlier
 * request. The API requires one-hour entries before five-minute entries. Long-lived points in the messages therefore make the
 * points before them long-lived.
 */
export function cachePoints<Block>(
  { prefix, messages: messagesLifetime }: ModelCache,
  request: CachedRequest<Block>,
): readonly CachePoint[] {
  const points: CachePoint[] = [];
  // Only blocks after this position need further points, because the point at this position covers the blocks before it.
  let floor: BlockPosition | undefined;
  if (prefix !== 'none') {
    const lifetime = messagesLifetime === 'long' ? messagesLifetime : prefix;
    if (request.hasSystem) points.push({ after: 'system', lifetime });
    // The tools precede the system text in the prompt, so a point after the system text covers them.
    else if (request.hasTools) points.push({ after: 'tools', lifetime });
    floor = lastMarkable(request, request.leadingEnd);
    if (floor !== undefined) points.push({ after: floor, lifetime });
  }
  if (messagesLifetime === 'none') return points;
  const latest: CachePoint[] = [];
  let position = lastMarkable(request, endOf(request.messages));
  while (position && isAfter(position, floor) && points.length + latest.length < MAX_POINTS) {
    latest.unshift({ after: position, lifetime: messagesLifetime });
    position = lastMarkable(request, position, DISTANCE);
  }
  return [...points, ...latest];
}

/** Returns the last markable block that is at least `distance` blocks before a position; `undefined` if none exists. */
function lastMarkable<Block>(
  { messages, isMarkable }: CachedRequest<Block>,
  from: BlockPosition | undefined,
  distance = 0,
): BlockPosition | undefined {
  if (from === undefined) return undefined;
  let blocksToSkip = distance;
  for (let message = from.message; message >= 0; message--) {
    const { content } = messages[message] as Turn<Block>;
    let block = message === from.message ? from.block : content.length - 1;
    for (; block >= 0; block--, blocksToSkip--)
      if (blocksToSkip <= 0 && isMarkable(content[block] as Block)) return { message, block };
  }
  return undefined;
}

const isAfter = ({ message, block }: BlockPosition, floor: BlockPosition | undefined): boolean =>
  floor === undefined || message > floor.message || (message === floor.message && block > floor.block);
