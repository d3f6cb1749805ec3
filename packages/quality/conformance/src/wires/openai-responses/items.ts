import { isRecord } from '@majordomo/core/toolkit';
import { unsealText } from '@majordomo/testing/internal';
import { isBase64 } from '../base64.ts';
import { isString, type Report, shown } from '../shape.ts';
import type { ValidateOptions } from '../wire.ts';

/** Scope in which encrypted reasoning is sealed. */
export const SCOPE = 'openai-responses';

const LONGEST_ID = 64;
const PREFIX: Readonly<Record<string, string>> = { message: 'msg_', function_call: 'fc_' };
const IMAGE_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

type Item = Readonly<Record<string, unknown>>;

/** Checks each item of the input, and the order of the items. */
export function checkItems(body: unknown, report: Report, options: ValidateOptions): void {
  if (!isRecord(body) || !Array.isArray(body['input'])) return;
  const items = body['input'].map((item: unknown): Item => (isRecord(item) ? item : {}));
  // With `previous_response_id` or `conversation`, the vendor has stored earlier items, so the input may lack calls.
  const isWhole = body['previous_response_id'] === undefined && body['conversation'] === undefined;
  checkCalls(items, report, isWhole);
  items.forEach((item, index) => {
    const path = `input[${index}]`;
    checkId(item, path, report, options);
    if (item['type'] === 'reasoning') checkReasoning(items, index, report, body, options);
    checkContent(item, path, report);
  });
}

function checkCalls(items: readonly Item[], report: Report, isWhole: boolean): void {
  const called = new Set<unknown>();
  const answered = new Set<unknown>();
  items.forEach(({ type, call_id: id }, index) => {
    const path = `input[${index}].call_id`;
    if (type === 'function_call') {
      if (called.has(id)) report('tool-call-duplicate', path, `"${shown(id)}" is used twice`);
      called.add(id);
    } else if (type === 'function_call_output') {
      if (isWhole && !called.has(id)) {
        report(
          'tool-result-unknown',
          path,
          `No tool call found for function call output with call_id ${shown(id)}.`,
        );
      } else if (answered.has(id)) {
        report('tool-result-duplicate', path, `"${shown(id)}" is answered twice`);
      }
      answered.add(id);
    }
  });
  const missing = [...called].filter((id) => !answered.has(id));
  if (missing.length > 0) {
    report('tool-call-unanswered', 'input', `No tool output found for function call ${missing.join(', ')}.`);
  }
}

function checkId(item: Item, path: string, report: Report, { signatures = 'issued' }: ValidateOptions): void {
  const { id, type = 'message' } = item;
  if (!isString(id)) return;
  const prefix = PREFIX[shown(type)] ?? '';
  if (id.length > LONGEST_ID && signatures === 'issued')
    report('item-id-format', `${path}.id`, `string too long: ${id.length}, at most ${LONGEST_ID}`);
  else if (!id.startsWith(prefix))
    report('item-id-format', `${path}.id`, `Expected an ID that begins with '${prefix}'.`);
}

function checkReasoning(
  items: readonly Item[],
  index: number,
  report: Report,
  body: Item,
  { signatures = 'issued' }: ValidateOptions,
): void {
  const { id, encrypted_content: secret, content } = items[index] ?? {};
  const path = `input[${index}]`;
  const next = items[index + 1];
  const isModels = next !== undefined && next['type'] !== 'function_call_output' && next['role'] !== 'user';
  if (!isModels) report('reasoning-unpaired', path, 'was provided without its required following item.');
  if (isThereTwice(items, index)) report('reasoning-duplicate', path, 'repeats an item');
  if (isString(secret)) {
    if (signatures === 'issued' && unsealText(SCOPE, secret) === undefined)
      report('signature', `${path}.encrypted_content`, 'The encrypted content could not be verified.');
  } else if (isString(id) && body['store'] === false && !Array.isArray(content) && signatures === 'issued') {
    report(
      'item-not-kept',
      path,
      `Item with id '${id}' not found. Items are not persisted when store is false.`,
    );
  }
}

/** Whether an item repeats the id of an earlier item or the encrypted content of the preceding item. */
function isThereTwice(items: readonly Item[], index: number): boolean {
  const { id, encrypted_content: secret } = items[index] ?? {};
  const before = items.slice(0, index).filter(({ type }) => type === 'reasoning');
  if (isString(id) && before.some((item) => item['id'] === id)) return true;
  return isString(secret) && items[index - 1]?.['encrypted_content'] === secret;
}

function checkContent(item: Item, path: string, report: Report): void {
  const holder = item['type'] === 'function_call_output' ? 'output' : 'content';
  const parts: readonly unknown[] = Array.isArray(item[holder]) ? item[holder] : [];
  const isAnswer = item['role'] === 'assistant';
  parts.forEach((part, at) => {
    if (!isRecord(part) || item['type'] === 'reasoning') return;
    const place = `${path}.${holder}[${at}]`;
    const isOutput = part['type'] === 'output_text' || part['type'] === 'refusal';
    if (isOutput !== isAnswer)
      report('role-content', place, `Invalid value: '${shown(part['type'])}' under this role.`);
    if (part['type'] === 'input_image' && isString(part['image_url']))
      checkImage(part['image_url'], place, report);
  });
}

function checkImage(url: string, path: string, report: Report): void {
  if (/^https?:\/\//.test(url)) return;
  const [, mediaType, data] = /^data:([^;,]*);base64,(.*)$/s.exec(url) ?? [];
  if (mediaType === undefined || data === undefined || data === '' || !isBase64(data)) {
    report('image-source', `${path}.image_url`, 'must be an http(s) URL or a base64 data URL');
  } else if (!IMAGE_TYPES.includes(mediaType)) {
    report('image-type', `${path}.image_url`, `"${mediaType}" is not one of ${IMAGE_TYPES.join(', ')}`);
  }
}
