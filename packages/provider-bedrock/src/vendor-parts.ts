import type { ContentBlock } from '@aws-sdk/client-bedrock-runtime';
import type { JsonObject, JsonValue } from '@majordomo/core';
import { isList, isRecord, toBase64 } from '@majordomo/core/toolkit';

/** Returns a value that the SDK decoded as the JSON that the service sent. */
export function plainJson(value: unknown): JsonValue | undefined {
  if (value instanceof Uint8Array) return toBase64(value);
  // The SDK decodes an integer that a double cannot hold as a bigint.
  if (typeof value === 'bigint') return Number(value);
  if (isList(value)) return value.map((item) => plainJson(item) ?? null);
  if (!isRecord(value)) return value as JsonValue | undefined;
  const { $unknown } = value;
  const members = isList($unknown) ? { [String($unknown[0])]: $unknown[1] } : value;
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, member]) =>
      member === undefined ? [] : [[name, plainJson(member) ?? null]],
    ),
  );
}

/**
 * Returns a stored block as the SDK sends it. A tool result is declared as an unknown block, because the SDK would encode
 * its bytes again and drop the members that its models do not have.
 */
export const storedBlock = (block: JsonObject): ContentBlock =>
  isRecord(block['toolResult'])
    ? { $unknown: ['toolResult', block['toolResult']] }
    : (block as unknown as ContentBlock);
