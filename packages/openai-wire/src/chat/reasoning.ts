import type { JsonObject } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import type { ChatDelta, ContentBlock, ReasoningDetail } from './wire.ts';

/** A delta's reasoning under whichever name it has; servers that send two names send the same text twice. */
export function reasoningText(delta: ChatDelta): string {
  const { reasoning_content: content, reasoning } = delta;
  if (typeof content === 'string' && content !== '') return content;
  if (typeof reasoning === 'string' && reasoning !== '') return reasoning;
  const details = delta.reasoning_details;
  return isList(details) ? detailsText(details) : '';
}

function detailsText(details: readonly ReasoningDetail[]): string {
  let text = '';
  for (const detail of details) text += detail.text ?? detail.summary ?? '';
  return text;
}

/** The text of a `thinking` block of a content list. */
export function thinkingText({ thinking }: ContentBlock): string {
  if (typeof thinking === 'string') return thinking;
  let text = '';
  for (const piece of thinking ?? []) if (typeof piece.text === 'string') text += piece.text;
  return text;
}

/**
 * Adds a chunk's details to those of the message: pieces of one index and type are one detail, whose texts are
 * joined and whose other members are the last ones that came.
 */
export function mergeDetails(into: JsonObject[], details: readonly ReasoningDetail[]): void {
  for (const detail of details) {
    const last = into.at(-1);
    if (last !== undefined && continues(last, detail)) into[into.length - 1] = joined(last, detail);
    else into.push({ ...detail });
  }
}

/** Is it a piece of the same detail? */
export const continues = (last: JsonObject, next: ReasoningDetail): boolean =>
  last['index'] === next.index &&
  last['type'] === next.type &&
  next.type !== 'reasoning.encrypted' &&
  // Without an index, a text continues until it is signed.
  (next.index !== undefined || (next.type === 'reasoning.text' && typeof last['signature'] !== 'string'));

function joined(last: JsonObject, next: ReasoningDetail): JsonObject {
  const merged: Record<string, JsonObject[string]> = { ...last };
  for (const [key, value] of Object.entries({ ...next } satisfies JsonObject)) {
    const before = merged[key];
    const isText = (key === 'text' || key === 'summary') && typeof value === 'string';
    if (value === null) continue;
    merged[key] = isText && typeof before === 'string' ? before + value : value;
  }
  return merged;
}
