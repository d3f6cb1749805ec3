import type { ContentBlock, ToolResultContentBlock } from '@aws-sdk/client-bedrock-runtime';
import { LlmError, type JsonObject } from '@majordomo/core';
import { asList, asRecord, fromBase64, isList, isRecord } from '@majordomo/core/provider';

/** Members that stay as they came: any JSON, where `null` is a value, and results, which are kept to go back. */
const AS_SENT: ReadonlySet<string> = new Set([
  'input',
  'json',
  'additionalModelResponseFields',
  'toolResult',
]);
/** Members that hold bytes, in base64. */
const BYTES: ReadonlySet<string> = new Set(['redactedContent', 'bytes']);

/** An answer, or an event, as the SDK's models read its JSON: a `null` is nothing, and bytes are bytes. */
export function answerIn(text: string, target: string): object {
  try {
    const json: unknown = JSON.parse(text);
    tidyAll(json);
    return json as object;
  } catch (cause) {
    throw new LlmError('protocol', `${target} sent broken JSON`, { target, path: '' }, { cause });
  }
}

function tidyAll(value: unknown): void {
  if (isList(value)) for (const item of value) tidyAll(item);
  else if (typeof value === 'object' && value !== null) tidy(value as Record<string, unknown>);
}

function tidy(structure: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(structure)) {
    if (value === null) Reflect.deleteProperty(structure, name);
    else if (typeof value === 'string') {
      if (BYTES.has(name)) structure[name] = fromBase64(value);
    } else if (typeof value === 'object' && !AS_SENT.has(name)) tidyAll(value);
  }
}

/** Members of `ToolResultContentBlock` in @aws-sdk/client-bedrock-runtime 3.1162; it sends another only as `$unknown`. */
const PIECES: ReadonlySet<string> = new Set([
  'text',
  'json',
  'image',
  'document',
  'video',
  'searchResult',
  '$unknown',
]);

/** A block of an answer that was kept as it came, as the SDK sends it the same. */
export function keptBlock(block: JsonObject): ContentBlock {
  const result = block['toolResult'];
  if (!isRecord(result)) return block as unknown as ContentBlock;
  const content = asList(result['content']).map((piece) => sendable(asRecord(piece)));
  return { toolResult: { ...result, content } } as unknown as ContentBlock;
}

function sendable(piece: Readonly<Record<string, unknown>>): ToolResultContentBlock {
  const [entry] = Object.entries(piece);
  if (entry === undefined) return piece as unknown as ToolResultContentBlock;
  const [name, value] = entry;
  if (!PIECES.has(name)) return { $unknown: [name, value] };
  const source = asRecord(asRecord(value)['source']);
  if (typeof source['bytes'] !== 'string') return piece as unknown as ToolResultContentBlock;
  const bytes = fromBase64(source['bytes']);
  return {
    [name]: { ...asRecord(value), source: { ...source, bytes } },
  } as unknown as ToolResultContentBlock;
}
