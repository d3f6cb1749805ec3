import type { CacheLifetime, ModelCache } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { cachePoints, endOf, type CachedRequest, type CachePoint } from './cache-points.ts';

const plan = (prefix: CacheLifetime, messages: CacheLifetime): ModelCache => ({
  prefix,
  messages,
  after: 0,
  key: 'k',
});

type Block = 'text' | 'thinking';
const request = (
  sizes: readonly number[],
  changes: Partial<CachedRequest<Block>> = {},
): CachedRequest<Block> => ({
  hasTools: true,
  hasSystem: true,
  messages: sizes.map((size) => ({ content: Array<Block>(size).fill('text') })),
  leadingEnd: undefined,
  isMarkable: (block) => block === 'text',
  ...changes,
});

/** Returns the indexes of the blocks with cache points among all blocks. */
function marked(points: readonly CachePoint[], sizes: readonly number[]): readonly number[] {
  return points.flatMap(({ after }) => {
    if (typeof after === 'string') return [];
    return [sizes.slice(0, after.message).reduce((sum, size) => sum + size, 0) + after.block];
  });
}

describe('cache points', () => {
  it.each<[string, ModelCache, Partial<CachedRequest<Block>>, readonly CachePoint[]]>([
    [
      'follow the system text of a question',
      plan('short', 'none'),
      {},
      [{ after: 'system', lifetime: 'short' }],
    ],
    [
      'follow the tools without system text',
      plan('long', 'none'),
      { hasSystem: false },
      [{ after: 'tools', lifetime: 'long' }],
    ],
    ['are absent without a prefix', plan('short', 'none'), { hasSystem: false, hasTools: false }, []],
    ['are absent for none', plan('none', 'none'), {}, []],
    [
      'follow the last block without a cached prefix',
      plan('none', 'short'),
      {},
      [{ after: { message: 0, block: 0 }, lifetime: 'short' }],
    ],
    [
      'follow the leading messages',
      plan('long', 'none'),
      { leadingEnd: { message: 0, block: 0 } },
      [
        { after: 'system', lifetime: 'long' },
        { after: { message: 0, block: 0 }, lifetime: 'long' },
      ],
    ],
    [
      'are not repeated at the end of the leading messages',
      plan('short', 'short'),
      { leadingEnd: { message: 0, block: 0 } },
      [
        { after: 'system', lifetime: 'short' },
        { after: { message: 0, block: 0 }, lifetime: 'short' },
      ],
    ],
    [
      'have a long prefix before long messages',
      plan('short', 'long'),
      {},
      [
        { after: 'system', lifetime: 'long' },
        { after: { message: 0, block: 0 }, lifetime: 'long' },
      ],
    ],
    [
      'have a long prefix before short messages',
      plan('long', 'short'),
      {},
      [
        { after: 'system', lifetime: 'long' },
        { after: { message: 0, block: 0 }, lifetime: 'short' },
      ],
    ],
  ])('%s', (_name, cache, changes, expected) => {
    expect(cachePoints(cache, request([1], changes))).toEqual(expected);
  });

  it('are at most four: the prefix, the last block and every 18 blocks before it', () => {
    const sizes = [1, 40, 40];
    expect(marked(cachePoints(plan('short', 'short'), request(sizes)), sizes)).toEqual([44, 62, 80]);
  });

  it('share the four with the end of the leading messages', () => {
    const sizes = [3, 40, 40];
    const points = cachePoints(
      plan('short', 'short'),
      request(sizes, { leadingEnd: { message: 0, block: 1 } }),
    );
    expect(points).toHaveLength(4);
    expect(marked(points, sizes)).toEqual([1, 64, 82]);
  });

  it('find the end of an earlier request up to 54 blocks back', () => {
    for (let added = 0; added <= 54; added++) {
      const sizes = [10, 30, added];
      const earlierEnd = 39;
      const points = marked(cachePoints(plan('short', 'short'), request(sizes)), sizes);
      const found = points.some((at) => at >= earlierEnd && at - earlierEnd <= 20);
      expect(found, `${added} blocks`).toBe(true);
    }
  });

  it('precede blocks that accept no points', () => {
    const messages = [{ content: ['text', 'thinking'] as const }, { content: ['thinking'] as const }];
    expect(cachePoints(plan('none', 'short'), request([], { messages }))).toEqual([
      { after: { message: 0, block: 0 }, lifetime: 'short' },
    ]);
    const thinking = [{ content: ['thinking'] as const }];
    expect(cachePoints(plan('none', 'short'), request([], { messages: thinking }))).toEqual([]);
  });
});

describe('endOf', () => {
  it('find the last block of the last message', () => {
    expect(endOf([{ content: [1] }, { content: [1, 2] }])).toEqual({ message: 1, block: 1 });
    expect(endOf([])).toBeUndefined();
  });
});
