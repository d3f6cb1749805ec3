import type { AssistantPart, JsonObject, JsonValue } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';

/** What ran at the vendor; it goes back as it came, or not at all. */
export const SERVER_PARTS = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'] as const;

/** Data of parts that have a form of their own in a transcript. */
const OTHERS: readonly string[] = ['functionCall', 'functionResponse', 'inlineData', 'fileData'];

/** Only these were ever kept whole: what ran at the vendor, and signatures without a text. */
const KEPT: ReadonlySet<AssistantPart['type']> = new Set(['vendor', 'reasoning']);

/**
 * The wire's part that a token holds, where it is one that the reader keeps whole. A transcript may come from anywhere: what else
 * stands there would be refused, or be sent as the model's own words.
 */
export function keptPart({ type }: AssistantPart, token: JsonValue | undefined): JsonObject | undefined {
  const part = isRecord(token) ? token['part'] : undefined;
  if (!KEPT.has(type) || !isRecord(part) || OTHERS.some((name) => name in part)) return undefined;
  const kind = SERVER_PARTS.find((name) => name in part);
  const isOurs =
    kind === undefined
      ? (part['text'] ?? '') === '' && typeof part['thoughtSignature'] === 'string'
      : isRecord(part[kind]) && !('text' in part);
  return isOurs ? part : undefined;
}
