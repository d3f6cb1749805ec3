import type { AssistantPart, JsonObject, JsonValue } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';

/** Properties that mark a tool that ran at the vendor. Parts with such a property are sent back unchanged or omitted. */
export const VENDOR_PARTS = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'] as const;

const ORDINARY_MEMBERS: readonly string[] = ['functionCall', 'functionResponse', 'inlineData', 'fileData'];

const STORED_TYPES: ReadonlySet<AssistantPart['type']> = new Set(['vendor', 'reasoning']);

/**
 * Returns the original part in replay data if it has a form that the reader stores. The transcript is not trusted: other parts
 * would be rejected, or be sent as output of the model.
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
