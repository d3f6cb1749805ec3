import type { JsonObject } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import type { ChatDelta, ContentBlock, ReasoningDetail } from './wire.ts';

/** Returns the reasoning text of a delta. Servers use different property names, and some send the text under two names. */
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

/** Returns the text of a `thinking` block in a content list. */
export function thinkingText({ thinking }: ContentBlock): string {
  if (typeof thinking === 'string') return thinking;
  let text = '';
  for (const piece of thinking ?? []) if (typeof piece.text === 'string') text += piece.text;
  return text;
}

/**
 * Merges the details of a chunk into those of the message. Consecutive fragments form one detail if `continues` returns true.
 * Their texts and summaries are joined. Any other property gets its latest value that is not null.
 */
export function mergeDetails(into: JsonObject[], details: readonly ReasoningDetail[]): void {
  for (const detail of details) {
    const last = into.at(-1);
    if (last !== undefined && continues(last, detail)) into[into.length - 1] = mergeDetail(last, detail);
    else into.push({ ...detail });
  }
}

/** Whether a fragment continues the last detail. Encrypted details are never joined. */
export function continues(last: JsonObject, next: ReasoningDetail): boolean {
  if (last['type'] !== next.type || next.type === 'reasoning.encrypted') return false;
  if (last['index'] !== next.index) return false;
  if (next.index !== undefined) return true;
  // Without an index, only text is joined, and a signature ends the detail.
  return next.type === 'reasoning.text' && typeof last['signature'] !== 'string';
}

function mergeDetail(last: JsonObject, next: ReasoningDetail): JsonObject {
  const merged: Record<string, JsonObject[string]> = { ...last };
  for (const [key, value] of Object.entries({ ...next } satisfies JsonObject)) {
    if (value === null) continue;
    const before = merged[key];
    const isJoined = key === 'text' || key === 'summary';
    merged[key] =
      isJoined && typeof value === 'string' && typeof before === 'string' ? before + value : value;
  }
  return merged;
}
