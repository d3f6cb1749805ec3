import type { UiMessageChunk } from './types.ts';

/** Member with the text of each type of delta. */
const DELTAS: Readonly<Record<string, string>> = {
  'text-delta': 'delta',
  'reasoning-delta': 'delta',
  'tool-input-delta': 'inputTextDelta',
};

/** Chunks in a short form: adjacent deltas are joined, and content that a reset removes is omitted. */
export class ChunkLog {
  /** Number of characters of the text of all deltas and of the JSON of all other chunks. */
  size = 0;
  private readonly list: UiMessageChunk[] = [];

  get chunks(): readonly UiMessageChunk[] {
    return this.list;
  }

  add(chunk: UiMessageChunk): void {
    if (chunk.type === 'reset-step' && this.removeStep()) return;
    const joined = joinDeltas(this.list.at(-1), chunk);
    if (joined === undefined) this.list.push(chunk);
    else this.list[this.list.length - 1] = joined;
    this.size += sizeOf(chunk);
  }

  /** Removes and returns the first chunk. */
  shift(): UiMessageChunk | undefined {
    const chunk = this.list.shift();
    if (chunk !== undefined) this.size -= sizeOf(chunk);
    return chunk;
  }

  /** Removes and returns the chunks from an index to the end. */
  splice(from: number): UiMessageChunk[] {
    const removed = this.list.splice(from);
    for (const chunk of removed) this.size -= sizeOf(chunk);
    return removed;
  }

  /** Removes the content of the current step. Returns false if chunks of the step were already removed by `shift` or `splice`. */
  private removeStep(): boolean {
    const start = this.list.findLastIndex(({ type }) => type === 'start-step');
    this.splice(start + 1);
    return start !== -1;
  }
}

/** Returns two deltas of the same part as a single delta, or `undefined` for other chunks. */
function joinDeltas(first: UiMessageChunk | undefined, second: UiMessageChunk): UiMessageChunk | undefined {
  const member = DELTAS[second.type];
  if (member === undefined || first?.type !== second.type) return undefined;
  if (first['id'] !== second['id'] || first['toolCallId'] !== second['toolCallId']) return undefined;
  return { ...first, [member]: textOf(first) + textOf(second) };
}

const sizeOf = (chunk: UiMessageChunk): number =>
  chunk.type in DELTAS ? textOf(chunk).length : JSON.stringify(chunk).length;

function textOf(delta: UiMessageChunk): string {
  const text = delta[DELTAS[delta.type] ?? ''];
  return typeof text === 'string' ? text : '';
}
