import type { JsonObject, ToolResultPart } from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import type { CallToolResult } from '@modelcontextprotocol/client';
import { contentOf } from './content.ts';

type Content = ToolResultPart['content'];

const MAX_RESULTS = 100;
const MAX_CHARS = 1024 * 1024;

/** Result of one call. `undefined` if it is too long. */
type Stored = CallToolResult | undefined;

/**
 * Complete results of the latest calls of tools with an app, by the id of the call. The calls of other users and runs may have the
 * same id, because some vendors send no ids.
 */
export class AppResults {
  private readonly results = new Map<string, Stored[]>();
  private count = 0;

  /** Stores a result, unless it is longer than 1 MiB. Removes the oldest of more than 100 results. */
  add(callId: string, result: CallToolResult): void {
    const former = this.results.get(callId) ?? [];
    this.results.delete(callId);
    const isShort = JSON.stringify(result).length <= MAX_CHARS;
    this.results.set(callId, [...former, isShort ? result : undefined]);
    this.count += 1;
    // Removes at most one result: the oldest one of the first id.
    for (const [oldest, [, ...others]] of this.results) {
      if (this.count <= MAX_RESULTS) return;
      if (others.length === 0) this.results.delete(oldest);
      else this.results.set(oldest, others);
      this.count -= 1;
    }
  }

  /**
   * Returns the result of a call. If `content` differs from it, because a guard masked the result, or if it belongs to several
   * calls with different results, because calls of other runs have the same id, returns `content` as a result. The same applies
   * if one result of the id was too long, because that may be the result of this call.
   */
  resultOf(callId: string, content: Content | undefined): JsonObject | undefined {
    const all = this.results.get(callId) ?? [];
    const isKnown = all.every((result) => result !== undefined);
    const matching = all.filter(
      (result) => result !== undefined && (content === undefined || isEqual(contentOf(result), content)),
    );
    const [first, ...others] = new Set(matching.map((result) => JSON.stringify(result)));
    if (isKnown && first !== undefined && others.length === 0) return JSON.parse(first) as JsonObject;
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
