import type { ContentBlock } from '@aws-sdk/client-bedrock-runtime';
import { LlmError, type JsonObject } from '@majordomo/core';
import { asList, asRecord, fromBase64, isList, isRecord } from '@majordomo/core/provider';

/** Members that stay as they came: any JSON, where `null` is a value, and results, which are kept to go back. */
const AS_SENT: ReadonlySet<string> = new Set([
  'input',
  'json',
  'additionalModelResponseFields',
  'toolResult',
]);

/** What is to be tidied cannot be there without one of these in the text. */
const UNTIDY = /null|redactedContent|\\u/;

/**
 * An answer, or an event, as the SDK's models read its JSON: a `null` is nothing, and bytes are bytes, of what is read alone:
 * others may be anything.
 */
export function answerIn(text: string, target: string): object {
  try {
    const json: unknown = JSON.parse(text);
    if (UNTIDY.test(text)) tidyAll(json);
    return json as object;
  } catch (cause) {
    throw new LlmError('protocol', `${target} sent broken JSON`, { target, path: '' }, { cause });
  }
}

function tidyAll(value: unknown, holder?: string): void {
  if (isList(value)) for (const item of value) tidyAll(item);
  else if (typeof value === 'object' && value !== null) tidy(value as Record<string, unknown>, holder);
}

function tidy(structure: Record<string, unknown>, holder: string | undefined): void {
  for (const [name, value] of Object.entries(structure)) {
    if (value === null) Reflect.deleteProperty(structure, name);
    else if (typeof value === 'string') {
      if (name === 'redactedContent' && holder === 'reasoningContent') structure[name] = fromBase64(value);
    } else if (typeof value === 'object' && !AS_SENT.has(name)) tidyAll(value, name);
  }
}

/**
 * A block of an answer that was kept as it came. As an unknown one, the SDK sends a result as it is: of a known one it would
 * drop what came later than its models, and encode what is in base64 already.
 */
export function keptBlock(block: JsonObject): ContentBlock {
  const { toolResult } = block;
  if (!isRecord(toolResult)) return block as unknown as ContentBlock;
  const content = asList(toolResult['content']).map(asKnown);
  return { $unknown: ['toolResult', { ...toolResult, content }] };
}

/** What the SDK has read itself has a piece of a later kind under `$unknown`. */
function asKnown(piece: unknown): unknown {
  const { $unknown } = asRecord(piece);
  return isList($unknown) ? { [String($unknown[0])]: $unknown[1] } : piece;
}
