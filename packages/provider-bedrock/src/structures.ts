import { LlmError } from '@majordomo/core';
import { fromBase64, isList } from '@majordomo/core/provider';

/** Members that hold any JSON: there `null` is a value. */
const DOCUMENTS: ReadonlySet<string> = new Set(['input', 'json', 'additionalModelResponseFields']);
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
    } else if (typeof value === 'object' && !DOCUMENTS.has(name)) tidyAll(value);
  }
}
