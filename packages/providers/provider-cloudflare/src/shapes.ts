import { asList, asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import type { Answer } from './answer.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Readers for the response formats, streamed or non-streaming. Each reader returns whether it recognizes the format, and the first
 * that does reads the object. `readPlain` is the last, because it recognizes any object with `usage`. Cloudflare's models use the
 * first and the last format. Other vendors' models behind Cloudflare's gateway use the second and third.
 */
export const SHAPES: readonly ((answer: Answer, json: Json) => boolean)[] = [
  readChoices,
  readItems,
  readBlocks,
  readPlain,
];

/** Reads `{ choices: [{ message | delta }], usage }`. The last chunk contains usage but no choice. */
function readChoices(answer: Answer, json: Json): boolean {
  if (!Array.isArray(json['choices'])) return false;
  answer.start(json['id'], json['model']);
  addUsage(answer, json['usage']);
  const choice = asRecord(json['choices'][0]);
  const message = asRecord(choice['message'] ?? choice['delta']);
  answer.reasoning(asText(message['reasoning_content']) ?? asText(message['reasoning']) ?? '');
  // Some models send `choices` and `response` in one object. Use `response` if `choices` contains neither text nor calls.
  const content = contentOf(message['content']);
  const isEmpty = content === '' && asList(message['tool_calls']).length === 0;
  answer.text(isEmpty ? contentOf(json['response']) : content);
  answer.toolCalls(message['tool_calls']);
  answer.refusal(asText(message['refusal']) ?? '');
  setFinish(answer, choice['finish_reason']);
  return true;
}

/** Reads `{ response, tool_calls, usage }`. `response` is a string, a number, or, if a schema was requested, an object. */
function readPlain(answer: Answer, json: Json): boolean {
  // `p` is padding that hides the lengths of tokens (blog.cloudflare.com, 2024-03).
  const isKnown = ['response', 'tool_calls', 'finish_reason', 'usage', 'p'].some(
    (name) => json[name] !== undefined,
  );
  if (!isKnown) return false;
  answer.hasNoFinishReason = true;
  answer.start(json['id'], json['model']);
  addUsage(answer, json['usage']);
  answer.reasoning(asText(json['reasoning_content']) ?? '');
  answer.text(contentOf(json['response']));
  answer.toolCalls(json['tool_calls']);
  setFinish(answer, json['finish_reason']);
  return true;
}

/** Reads `{ output: [{ type: 'message' | 'reasoning' | 'function_call' }], status }`, or the events `response.…` of a stream. */
function readItems(answer: Answer, json: Json): boolean {
  const type = asText(json['type']);
  if (type?.startsWith('response.') === true) {
    readEvent(answer, type, json);
    return true;
  }
  if (!Array.isArray(json['output'])) return false;
  answer.start(json['id'], json['model']);
  for (const item of json['output'].map(asRecord)) readItem(answer, item);
  readEnd(answer, json);
  return true;
}

/** Types of items whose text arrives in deltas before the complete item. */
const STREAMED_ITEMS: ReadonlySet<unknown> = new Set(['message', 'reasoning']);

function readEvent(answer: Answer, type: string, json: Json): void {
  const response = asRecord(json['response']);
  const item = asRecord(json['item']);
  if (type === 'response.created') answer.start(response['id'], response['model']);
  else if (type === 'response.output_text.delta') answer.text(asText(json['delta']) ?? '');
  else if (type === 'response.refusal.delta') answer.refusal(asText(json['delta']) ?? '');
  else if (type.includes('reasoning') && type.endsWith('.delta'))
    answer.reasoning(asText(json['delta']) ?? '');
  else if (type === 'response.output_item.done' && !STREAMED_ITEMS.has(item['type'])) readItem(answer, item);
  else if (type === 'response.completed' || type === 'response.incomplete') readEnd(answer, response);
}

function readItem(answer: Answer, item: Json): void {
  const parts = asList(item['content']).map(asRecord);
  if (item['type'] === 'message') {
    for (const part of parts) {
      answer.text(asText(part['text']) ?? '');
      answer.refusal(asText(part['refusal']) ?? '');
    }
  } else if (item['type'] === 'reasoning') {
    for (const part of [...parts, ...asList(item['summary']).map(asRecord)])
      answer.reasoning(asText(part['text']) ?? '');
  } else if (item['type'] === 'function_call') {
    answer.toolCalls([{ ...item, id: item['call_id'] ?? item['id'] }]);
  } else {
    answer.warnDropped(String(item['type']));
  }
}

function readEnd(answer: Answer, response: Json): void {
  addUsage(answer, response['usage']);
  setFinish(answer, asRecord(response['incomplete_details'])['reason'] ?? response['status'] ?? 'completed');
}

/** Reads `{ type: 'message', content: [{ type: 'text' | 'thinking' | 'tool_use' }], stop_reason }`, or its stream events. */
function readBlocks(answer: Answer, json: Json): boolean {
  switch (json['type']) {
    case 'message':
      answer.start(json['id'], json['model']);
      for (const block of asList(json['content']).map(asRecord)) readBlock(answer, block, undefined);
      break;
    case 'message_start':
      answer.start(asRecord(json['message'])['id'], asRecord(json['message'])['model']);
      addUsage(answer, asRecord(json['message'])['usage']);
      return true;
    case 'content_block_start':
      readBlock(answer, asRecord(json['content_block']), json['index']);
      return true;
    case 'content_block_delta':
      readDelta(answer, asRecord(json['delta']), json['index']);
      return true;
    case 'message_delta':
      setFinish(answer, asRecord(json['delta'])['stop_reason']);
      break;
    case 'content_block_stop':
    case 'message_stop':
    case 'ping':
      return true;
    default:
      return false;
  }
  addUsage(answer, json['usage']);
  setFinish(answer, json['stop_reason']);
  return true;
}

/** Reads a content block. `index` is the position of the block in a stream. In a stream, the arguments follow as deltas. */
function readBlock(answer: Answer, block: Json, index: unknown): void {
  answer.text(asText(block['text']) ?? '');
  answer.reasoning(asText(block['thinking']) ?? '');
  if (block['type'] === 'text' || block['type'] === 'thinking') return;
  if (block['type'] !== 'tool_use') {
    answer.warnDropped(String(block['type']));
    return;
  }
  const { id, name, input } = block;
  answer.toolCalls([index === undefined ? { id, name, input } : { index, id, name }]);
}

function readDelta(answer: Answer, delta: Json, index: unknown): void {
  answer.text(asText(delta['text']) ?? '');
  answer.reasoning(asText(delta['thinking']) ?? '');
  const json = asText(delta['partial_json']);
  if (json !== undefined) answer.toolCalls([{ index, arguments: json }]);
}

function contentOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (content === undefined || content === null) return '';
  if (Array.isArray(content) && content.some((part) => asRecord(part)['type'] === 'text')) {
    return content.map((part) => asText(asRecord(part)['text']) ?? '').join('');
  }
  return JSON.stringify(content);
}

function addUsage(answer: Answer, usage: unknown): void {
  if (isRecord(usage)) answer.rawUsage = { ...answer.rawUsage, ...usage };
}

function setFinish(answer: Answer, raw: unknown): void {
  if (typeof raw === 'string' && raw !== '') answer.rawFinish = raw;
}
