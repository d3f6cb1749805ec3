import type { ModelCache } from '@majordomo/core';

/** Limit of points in one request. */
const MAX_POINTS = 4;

/** Distance between points, in blocks. The API compares a point with entries at most 20 blocks before it. */
const DISTANCE = 18;

/** Position of a block within the messages of a wire. */
export interface BlockPosition {
  readonly message: number;
  readonly block: number;
}

/** Position after which a prompt is cached, and the lifetime of its entry. */
export interface CachePoint {
  readonly after: 'tools' | 'system' | BlockPosition;
  readonly lifetime: 'short' | 'long';
}

interface Turn<Block> {
  readonly content: readonly Block[];
}

/** Parts of a request that accept points. */
export interface CachedRequest<Block> {
  /** Whether a point may follow the tools. */
  readonly hasTools: boolean;
  /** Whether a point may follow the system text. */
  readonly hasSystem: boolean;
  /** Messages of the wire. */
  readonly messages: readonly Turn<Block>[];
  /** End of the leading messages that do not change; see `endOf`. */
  readonly leadingEnd: BlockPosition | undefined;
  /** Whether a point may follow the block. */
  readonly isMarkable: (block: Block) => boolean;
}

/** Returns the position of the last block; `undefined` without messages. */
export function endOf(messages: readonly Turn<unknown>[]): BlockPosition | undefined {
  const last = messages.at(-1);
  return last && { message: messages.length - 1, block: last.content.length - 1 };
}

/**
 * Returns at most four points in the order of the prompt: after the system text or the tools, after the leading messages, and
 * after the last block. The remaining ones precede the last block at a distance at which the API finds the end of an earlier
 * request. Entries of an hour must precede those of five minutes, so long messages make the points before them long.
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
