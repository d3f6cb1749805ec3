import { asList, asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import type { Answer } from './answer.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The shapes in which `run` answers, whole or as stream events; each says whether it knows one. The vendor's models
 * speak the first two, models of others behind its gateway the last two.
 */
export const SHAPES: readonly ((answer: Answer, json: Json) => boolean)[] = [choices, items, blocks, plain];

/** `{ choices: [{ message | delta }], usage }`. A chunk with usage and no choice is the last one. */
function choices(answer: Answer, json: Json): boolean {
  if (!Array.isArray(json['choices'])) return false;
  answer.start(json['id']);
  counted(answer, json['usage']);
  const choice = asRecord(json['choices'][0]);
  const message = asRecord(choice['message'] ?? choice['delta']);
  answer.reasoning(asText(message['reasoning_content']) ?? asText(message['reasoning']) ?? '');
  // Some models give both shapes at once: the older one is read where the newer one says nothing.
  const content = contentOf(message['content']);
  const saysNothing = content === '' && asList(message['tool_calls']).length === 0;
  answer.text(saysNothing ? contentOf(json['response']) : content);
  answer.toolCalls(message['tool_calls']);
  answer.refusal(asText(message['refusal']) ?? '');
  finished(answer, choice['finish_reason']);
  return true;
}

/** `{ response, tool_calls, usage }`: the answer may be a text, a number, or an object where a schema was asked for. */
function plain(answer: Answer, json: Json): boolean {
  const isKnown = ['response', 'tool_calls', 'finish_reason', 'usage', 'p'].some(
    (name) => json[name] !== undefined,
  );
  if (!isKnown) return false;
  answer.isPlain = true;
  answer.start(json['id']);
  counted(answer, json['usage']);
  answer.reasoning(asText(json['reasoning_content']) ?? '');
  answer.text(contentOf(json['response']));
  answer.toolCalls(json['tool_calls']);
  finished(answer, json['finish_reason']);
  return true;
}

/** `{ output: [{ type: 'message' | 'reasoning' | 'function_call' }], status }`, or events `response.…`. */
function items(answer: Answer, json: Json): boolean {
  const type = asText(json['type']);
  if (type?.startsWith('response.') === true) {
    event(answer, type, json);
    return true;
  }
  if (!Array.isArray(json['output'])) return false;
  answer.start(json['id']);
  for (const item of json['output'].map(asRecord)) outputItem(answer, item);
  ended(answer, json);
  return true;
}

/** Items whose text came before, piece by piece. */
const TOLD_BY_DELTAS: ReadonlySet<unknown> = new Set(['message', 'reasoning']);

function event(answer: Answer, type: string, json: Json): void {
  const response = asRecord(json['response']);
  const item = asRecord(json['item']);
  if (type === 'response.created') answer.start(response['id']);
  else if (type === 'response.output_text.delta') answer.text(asText(json['delta']) ?? '');
  else if (type.includes('reasoning') && type.endsWith('.delta'))
    answer.reasoning(asText(json['delta']) ?? '');
  else if (type === 'response.output_item.done' && !TOLD_BY_DELTAS.has(item['type']))
    outputItem(answer, item);
  else if (type === 'response.completed' || type === 'response.incomplete') ended(answer, response);
}

function outputItem(answer: Answer, item: Json): void {
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
    answer.dropped(String(item['type']));
  }
}

function ended(answer: Answer, response: Json): void {
  counted(answer, response['usage']);
  finished(answer, asRecord(response['incomplete_details'])['reason'] ?? response['status'] ?? 'completed');
}

/** `{ type: 'message', content: [{ type: 'text' | 'thinking' | 'tool_use' }], stop_reason }`, or its events. */
function blocks(answer: Answer, json: Json): boolean {
  switch (json['type']) {
    case 'message':
      answer.start(json['id']);
      for (const block of asList(json['content']).map(asRecord)) contentBlock(answer, block, undefined);
      break;
    case 'message_start':
      answer.start(asRecord(json['message'])['id']);
      counted(answer, asRecord(json['message'])['usage']);
      return true;
    case 'content_block_start':
      contentBlock(answer, asRecord(json['content_block']), json['index']);
      return true;
    case 'content_block_delta':
      blockDelta(answer, asRecord(json['delta']), json['index']);
      return true;
    case 'message_delta':
      finished(answer, asRecord(json['delta'])['stop_reason']);
      break;
    case 'content_block_stop':
    case 'message_stop':
    case 'ping':
      return true;
    default:
      return false;
  }
  counted(answer, json['usage']);
  finished(answer, json['stop_reason']);
  return true;
}

/** `index`: the block's place in a stream, where its arguments follow as deltas. */
function contentBlock(answer: Answer, block: Json, index: unknown): void {
  answer.text(asText(block['text']) ?? '');
  answer.reasoning(asText(block['thinking']) ?? '');
  if (block['type'] === 'text' || block['type'] === 'thinking') return;
  if (block['type'] !== 'tool_use') {
    answer.dropped(String(block['type']));
    return;
  }
  const { id, name, input } = block;
  answer.toolCalls([index === undefined ? { id, name, input } : { index, id, name }]);
}

function blockDelta(answer: Answer, delta: Json, index: unknown): void {
  answer.text(asText(delta['text']) ?? '');
  answer.reasoning(asText(delta['thinking']) ?? '');
  const json = asText(delta['partial_json']);
  if (json !== undefined) answer.toolCalls([{ index, arguments: json }]);
}

/** Text, parts with text, a number, or an object that follows a schema. */
function contentOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (content === undefined || content === null) return '';
  if (Array.isArray(content) && content.some((part) => asRecord(part)['type'] === 'text')) {
    return content.map((part) => asText(asRecord(part)['text']) ?? '').join('');
  }
  return JSON.stringify(content);
}

/** Counts grow from chunk to chunk: the last ones hold. */
function counted(answer: Answer, usage: unknown): void {
  if (isRecord(usage)) answer.rawUsage = { ...answer.rawUsage, ...usage };
}

function finished(answer: Answer, raw: unknown): void {
  if (typeof raw === 'string' && raw !== '') answer.rawFinish = raw;
}
