import type { JsonObject, ToolResultPart } from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import type { CallToolResult } from '@modelcontextprotocol/client';
import { contentOf } from './content.ts';

type Content = ToolResultPart['content'];

const MAX_RESULTS = 100;
const MAX_CHARS = 1024 * 1024;

/** Complete results of the latest calls of tools with an app, by the id of the call. */
export class AppResults {
  private readonly results = new Map<string, CallToolResult>();

  /** Stores a result, unless it is longer than 1 MiB. Removes the oldest of more than 100 results. */
  add(callId: string, result: CallToolResult): void {
    this.results.delete(callId);
    if (JSON.stringify(result).length > MAX_CHARS) return;
    this.results.set(callId, result);
    for (const oldest of this.results.keys()) {
      if (this.results.size <= MAX_RESULTS) return;
      this.results.delete(oldest);
    }
  }

  /**
   * Returns the result of a call. If `content` differs from it, because a guard masked the result or because the call of another run
   * has the same id, returns `content` as a result.
   */
  resultOf(callId: string, content: Content | undefined): JsonObject | undefined {
    const result = this.results.get(callId);
    const isSame = result !== undefined && (content === undefined || isEqual(contentOf(result), content));
    if (isSame) return result as JsonObject;
    return content === undefined ? undefined : { content: content.map(blockOf) };
  }
}

const isEqual = (all: Content, others: Content): boolean =>
  all.length === others.length && all.every((one, at) => isSamePiece(one, others[at]));

function isSamePiece(one: Content[number], other: Content[number] | undefined): boolean {
  if (one.type === 'text') return other?.type === 'text' && other.text === one.text;
  return other?.type === one.type && toBase64(other.bytes) === toBase64(one.bytes);
}

const blockOf = (piece: Content[number]): JsonObject => ({
  type: 'text',
  text: piece.type === 'text' ? piece.text : `[${piece.mediaType}]`,
});
