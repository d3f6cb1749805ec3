import type { ContentBlock } from '@aws-sdk/client-bedrock-runtime';
import type { JsonObject, JsonValue } from '@majordomo/core';
import { isList, isRecord, toBase64 } from '@majordomo/core/toolkit';

/** Converts a value that the SDK decoded into the JSON value that the service sent. */
export function plainJson(value: unknown): JsonValue | undefined {
  if (value instanceof Uint8Array) return toBase64(value);
  // The SDK decodes an integer as a bigint if a double cannot represent the integer.
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
 * Returns a stored block in a form that the SDK sends unchanged. A block other than a tool call is passed as a block of an unknown type,
 * because the SDK would otherwise encode the bytes in it again and drop properties that the SDK's types lack.
 */
export function storedBlock(block: JsonObject): ContentBlock {
  const [[kind, value] = []] = Object.entries(block);
  return kind === undefined || kind === 'toolUse'
    ? (block as unknown as ContentBlock)
    : { $unknown: [kind, value] };
}
