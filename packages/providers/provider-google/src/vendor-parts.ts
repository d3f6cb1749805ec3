import type { AssistantPart, JsonObject, JsonValue } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';

/** Properties that mark parts of a tool that ran at the vendor. Such parts are sent back unchanged or omitted. */
export const VENDOR_PARTS = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'] as const;

const ORDINARY_MEMBERS: readonly string[] = ['functionCall', 'functionResponse', 'inlineData', 'fileData'];

const STORED_TYPES: ReadonlySet<AssistantPart['type']> = new Set(['vendor', 'reasoning']);

/**
 * Returns the original part in the replay data if the reader stores parts of this form. Other forms are ignored, because the API
 * would reject them, or treat untrusted text of the transcript as the model's output.
 */
export function storedPart({ type }: AssistantPart, token: JsonValue | undefined): JsonObject | undefined {
  const part = isRecord(token) ? token['part'] : undefined;
  if (!STORED_TYPES.has(type) || !isRecord(part) || ORDINARY_MEMBERS.some((name) => name in part))
    return undefined;
  const kind = VENDOR_PARTS.find((name) => name in part);
  const hasStoredForm =
    kind === undefined
      ? (part['text'] ?? '') === '' && typeof part['thoughtSignature'] === 'string'
      : isRecord(part[kind]) && !('text' in part);
  return hasStoredForm ? part : undefined;
}
