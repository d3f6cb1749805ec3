import { unsealText } from '@majordomo/testing/internal';
import { asList, asRecord } from '@majordomo/core/toolkit';
import { checkImageUrl } from '../images.ts';
import type { Members } from '../members.ts';
import { isString, type Report, shown } from '../shape.ts';
import type { ValidateOptions } from '../wire.ts';

/** Scope in which encrypted reasoning is sealed. */
export const SCOPE = 'openai-responses';

const LONGEST_ID = 64;
const PREFIX: Readonly<Record<string, string>> = { message: 'msg_', function_call: 'fc_' };

/** Checks each item of the input, and the order of the items. */
export function checkItems(body: Members, report: Report, options: ValidateOptions): void {
  const items = asList(body['input']).map(asRecord);
  // With `previous_response_id` or `conversation`, the vendor has stored earlier items, so the input may lack calls.
  const isWhole = body['previous_response_id'] === undefined && body['conversation'] === undefined;
  checkCalls(items, report, isWhole);
  for (const [index, item] of items.entries()) {
    const path = `input[${index}]`;
    checkId(item, path, report, options);
    if (item['type'] === 'reasoning') checkReasoning(items, index, report, body, options);
    else checkContent(item, path, report);
  }
}

function checkCalls(items: readonly Members[], report: Report, isWhole: boolean): void {
  const called = new Set<unknown>();
  const answered = new Set<unknown>();
  for (const [index, { type, call_id: id }] of items.entries()) {
    const path = `input[${index}].call_id`;
    if (type === 'function_call') {
      if (called.has(id)) report('tool-call-duplicate', path, `"${shown(id)}" is used twice`);
      called.add(id);
    } else if (type === 'function_call_output') {
      if (isWhole && !called.has(id)) {
        const message = `No tool call found for function call output with call_id ${shown(id)}.`;
        report('tool-result-unknown', path, message);
      } else if (answered.has(id)) {
        report('tool-result-duplicate', path, `"${shown(id)}" is answered twice`);
      }
      answered.add(id);
    }
  }
  const missing = [...called].filter((id) => !answered.has(id));
  if (missing.length > 0)
    report('tool-call-unanswered', 'input', `No tool output found for function call ${missing.join(', ')}.`);
}

function checkId(
  { id, type = 'message' }: Members,
  path: string,
  report: Report,
  { signatures = 'issued' }: ValidateOptions,
): void {
  if (!isString(id)) return;
  const prefix = PREFIX[shown(type)] ?? '';
  if (id.length > LONGEST_ID && signatures === 'issued')
    report('item-id-format', `${path}.id`, `string too long: ${id.length}, at most ${LONGEST_ID}`);
  else if (!id.startsWith(prefix))
    report('item-id-format', `${path}.id`, `Expected an ID that begins with '${prefix}'.`);
}

function checkReasoning(
  items: readonly Members[],
  index: number,
  report: Report,
  body: Members,
  { signatures = 'issued' }: ValidateOptions,
): void {
  const { id, encrypted_content: secret, content } = items[index] ?? {};
  const path = `input[${index}]`;
  const next = items[index + 1];
  const isPaired = next !== undefined && next['type'] !== 'function_call_output' && next['role'] !== 'user';
  if (!isPaired) report('reasoning-unpaired', path, 'was provided without its required following item.');
  if (isThereTwice(items, index)) report('reasoning-duplicate', path, 'repeats an item');
  if (signatures !== 'issued') return;
  if (isString(secret)) {
    if (unsealText(SCOPE, secret) === undefined)
      report('signature', `${path}.encrypted_content`, 'The encrypted content could not be verified.');
  } else if (isString(id) && body['store'] === false && !Array.isArray(content)) {
    const message = `Item with id '${id}' not found. Items are not persisted when store is false.`;
    report('item-not-kept', path, message);
  }
}

/** Whether an item repeats the id of an earlier item or the encrypted content of the preceding item. */
function isThereTwice(items: readonly Members[], index: number): boolean {
  const { id, encrypted_content: secret } = items[index] ?? {};
  const before = items.slice(0, index).filter(({ type }) => type === 'reasoning');
  if (isString(id) && before.some((item) => item['id'] === id)) return true;
  return isString(secret) && items[index - 1]?.['encrypted_content'] === secret;
}

function checkContent(item: Members, path: string, report: Report): void {
  const holder = item['type'] === 'function_call_output' ? 'output' : 'content';
  const isAnswer = item['role'] === 'assistant';
  for (const [index, part] of asList(item[holder]).entries()) {
    const { type, image_url: url } = asRecord(part);
    const place = `${path}.${holder}[${index}]`;
    const isOutput = type === 'output_text' || type === 'refusal';
    if (isOutput !== isAnswer)
      report('role-content', place, `Invalid value: '${shown(type)}' under this role.`);
    if (type === 'input_image') checkImageUrl(url, `${place}.image_url`, report);
  }
}
