import type { UiMessageChunk } from './types.ts';

/** Member that contains the text, by type of delta. */
const DELTAS: Readonly<Record<string, string>> = {
  'text-delta': 'delta',
  'reasoning-delta': 'delta',
  'tool-input-delta': 'inputTextDelta',
};

/** Chunks in a compact form. Adjacent deltas are joined, and content that a reset removes is omitted. */
export class ChunkLog {
  /** Number of characters of the text of all deltas and of the JSON of all other chunks. */
  size = 0;
  private readonly list: UiMessageChunk[] = [];

  get chunks(): readonly UiMessageChunk[] {
    return this.list;
  }

  add(chunk: UiMessageChunk): void {
    if (chunk.type === 'reset-step') {
      const step = this.list.findLastIndex(({ type }) => type === 'start-step');
      this.take(step + 1);
      // The client removes the content of the step, which an earlier `take` returned.
      if (step !== -1) return;
    }
    this.size += sizeOf(chunk);
    const last = this.list.at(-1);
    if (last !== undefined && isSamePart(last, chunk)) this.list[this.list.length - 1] = joined(last, chunk);
    else this.list.push(chunk);
  }

  /** Removes and returns the chunks from an index to the end, or `count` of them. */
  take(from: number = 0, count: number = Infinity): UiMessageChunk[] {
    const taken = this.list.splice(from, count);
    for (const chunk of taken) this.size -= sizeOf(chunk);
    return taken;
  }
}

/** Whether two chunks are deltas of the same part. */
const isSamePart = (first: UiMessageChunk, second: UiMessageChunk): boolean =>
  first.type in DELTAS &&
  first.type === second.type &&
  first['id'] === second['id'] &&
  first['toolCallId'] === second['toolCallId'];

const joined = (first: UiMessageChunk, second: UiMessageChunk): UiMessageChunk => ({
  ...first,
  [DELTAS[first.type] ?? '']: textOf(first) + textOf(second),
});

const sizeOf = (chunk: UiMessageChunk): number =>
  chunk.type in DELTAS ? textOf(chunk).length : JSON.stringify(chunk).length;

const textOf = (delta: UiMessageChunk): string => delta[DELTAS[delta.type] ?? ''] as string;
