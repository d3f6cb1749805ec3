/** Part of a prompt, such as a tool or a content part. Blocks are in the order in which the vendor reads them. */
export interface PromptBlock {
  /** Content without cache marks, as a string. Blocks with equal content have equal strings. */
  readonly text: string;
  readonly tokens: number;
  /** Lifetime in milliseconds of the cache entry that this block's mark writes; `undefined` if the block has no mark. */
  readonly markMs: number | undefined;
}

/** Input tokens of one request. `input` includes the tokens `read` from the cache and those `written` to it. */
export interface CachedInput {
  readonly input: number;
  readonly read: number;
  /** Number of tokens written to the cache, by lifetime in milliseconds. */
  readonly written: ReadonlyMap<number, number>;
}

/** Caching rules of a vendor. */
export interface PrefixRules {
  /** Minimum length of a cached prefix, in tokens. */
  readonly minTokens: number;
  /** Maximum number of blocks from a mark back to the entry that the mark can read. */
  readonly lookBack: number;
}

/** Prompt prefix. Its entry in the cache is valid until `until`, in milliseconds, and then `ttlMs` milliseconds after its last use. */
interface Node {
  readonly children: Map<string, Node>;
  until: number;
  ttlMs: number;
}

const emptyNode = (): Node => ({ children: new Map(), until: -Infinity, ttlMs: 0 });

/** Trie of cached prompt prefixes. Each entry of the cache has a lifetime. */
export class PrefixTrie {
  private readonly rules: PrefixRules;
  private readonly root = emptyNode();

  constructor(rules: PrefixRules) {
    this.rules = rules;
  }

  /** Reads and renews the longest cached prefix that a mark can reach. Writes an entry for each mark after `minTokens` tokens. */
  request(blocks: readonly PromptBlock[], now: number): CachedInput {
    const path = this.pathOf(blocks);
    const marks = blocks.flatMap(({ markMs }, at) => (markMs === undefined ? [] : [{ at, markMs }]));
    const sizes = prefixSizes(blocks);
    const isLive = (at: number): boolean => (path[at]?.until ?? -Infinity) > now;
    // Position of the last block of the cached prefix; -1 for none.
    const hit = Math.max(-1, ...marks.map(({ at }) => this.nearestEntry(at, isLive)));
    const read = sizes[hit] ?? 0;
    for (const node of path.slice(0, hit + 1)) if (node.until > now) node.until = now + node.ttlMs;
    const written = new Map<number, number>();
    let cached = read;
    for (const { at, markMs } of marks) {
      const size = sizes[at] ?? 0;
      const node = path[at];
      if (size < this.rules.minTokens || node === undefined) continue;
      node.ttlMs = isLive(at) ? Math.max(node.ttlMs, markMs) : markMs;
      node.until = now + node.ttlMs;
      if (size <= cached) continue;
      written.set(markMs, (written.get(markMs) ?? 0) + size - cached);
      cached = size;
    }
    return { input: sizes.at(-1) ?? 0, read, written };
  }

  private nearestEntry(mark: number, isLive: (at: number) => boolean): number {
    const first = Math.max(0, mark - this.rules.lookBack);
    for (let at = mark; at >= first; at--) if (isLive(at)) return at;
    return -1;
  }

  private pathOf(blocks: readonly PromptBlock[]): readonly Node[] {
    let node = this.root;
    return blocks.map(({ text }) => {
      const next = node.children.get(text) ?? emptyNode();
      node.children.set(text, next);
      node = next;
      return next;
    });
  }
}

/** Returns, for each block, the number of tokens from the start of the prompt to the end of the block. */
function prefixSizes(blocks: readonly PromptBlock[]): readonly number[] {
  let sum = 0;
  return blocks.map(({ tokens }) => (sum += tokens));
}
