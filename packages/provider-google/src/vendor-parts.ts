import type { AssistantPart, JsonObject, JsonValue } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';

/** Members of parts that ran at the vendor. They are sent back unchanged or not at all. */
export const VENDOR_PARTS = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'] as const;

const ORDINARY_MEMBERS: readonly string[] = ['functionCall', 'functionResponse', 'inlineData', 'fileData'];

const STORED_TYPES: ReadonlySet<AssistantPart['type']> = new Set(['vendor', 'reasoning']);

/**
 * Returns the part in a replay token, if the reader stores such parts. A transcript may come from anywhere, and other parts
 * would be rejected or sent as output of the model.
 */
export function storedPart({ type }: AssistantPart, token: JsonValue | undefined): JsonObject | undefined {
  const part = isRecord(token) ? token['part'] : undefined;
  if (!STORED_TYPES.has(type) || !isRecord(part) || ORDINARY_MEMBERS.some((name) => name in part))
    return undefined;
  const kind = VENDOR_PARTS.find((name) => name in part);
  const isOurs =
    kind === undefined
      ? (part['text'] ?? '') === '' && typeof part['thoughtSignature'] === 'string'
      : isRecord(part[kind]) && !('text' in part);
  return isOurs ? part : undefined;
}
