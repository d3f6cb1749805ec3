import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import { CLAUDE_SCOPE, isSigned, unsealText } from '@majordomo/testing/internal';
import { isBase64 } from '../base64.ts';
import { isString, type Report, shown } from '../shape.ts';
import type { ValidateOptions } from '../wire.ts';
import { turnsOf } from './conversation.ts';

const IMAGE_TYPES: readonly unknown[] = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];

/** Checks the text, images, results and signatures of all blocks, and the number of cache markers. */
export function checkContent(body: unknown, report: Report, options: ValidateOptions): void {
  const turns = turnsOf(body);
  const tools = isRecord(body) ? asList(body['tools']).map((tool) => asRecord(tool)['name']) : [];
  turns.forEach(({ blocks, path, role }, index) => {
    // The last message may be empty if it is the assistant's, because the model continues it.
    if (blocks.length === 0 && !(role === 'assistant' && index === turns.length - 1)) {
      report('content-missing', path, 'all messages must have non-empty content');
    }
    for (const { block, path: at } of blocks) {
      checkBlock(block, at, report, options);
      if (block['type'] === 'tool_result') checkResult(block, at, tools, report);
    }
  });
  checkSystem(body, report);
  const markers = countMarkers(body);
  if (markers > 4)
    report('too-many-cache-markers', 'cache_control', `${markers} blocks are marked, at most 4 may be`);
}

type Block = Readonly<Record<string, unknown>>;

function checkBlock(block: Block, path: string, report: Report, options: ValidateOptions): void {
  const { type, text, content } = block;
  if (type === 'text' && text === '') report('empty-text', path, 'text content blocks must be non-empty');
  if (type === 'image' || type === 'document') checkSource(block, path, report);
  if (type === 'thinking' || type === 'redacted_thinking') {
    if (options.signatures !== 'any') checkSignature(block, path, report);
  }
  if (type === 'tool_result' && Array.isArray(content)) {
    content.forEach((inner: unknown, index) => {
      if (isRecord(inner)) checkBlock(inner, `${path}.content[${index}]`, report, options);
    });
  }
}

/** Checks the tool references of a result. Also checks that a failed result contains only text. */
function checkResult(result: Block, path: string, tools: readonly unknown[], report: Report): void {
  asList(result['content']).forEach((item, index) => {
    const { type, tool_name: name } = asRecord(item);
    const at = `${path}.content[${index}]`;
    if (result['is_error'] === true && type !== 'text')
      report('error-content', at, 'all content must be type text if `is_error` is true');
    if (type === 'tool_reference' && !tools.includes(name))
      report('tool-reference-unknown', at, `Tool reference '${shown(name)}' not found in available tools`);
  });
}

function checkSource({ type, source }: Block, path: string, report: Report): void {
  if (!isRecord(source) || source['type'] !== 'base64') return;
  const { media_type: mediaType, data } = source;
  const known = type === 'image' ? IMAGE_TYPES : ['application/pdf'];
  if (isString(mediaType) && !known.includes(mediaType)) {
    report('image-type', `${path}.source.media_type`, `"${mediaType}" is not one of ${known.join(', ')}`);
  }
  if (isString(data) && (data === '' || !isBase64(data))) {
    report('image-source', `${path}.source.data`, 'is not valid base64');
  }
}

/** Checks that the server issued a block's signature for the block's reasoning. Reports edited, merged or invented reasoning. */
function checkSignature({ type, thinking, signature, data }: Block, path: string, report: Report): void {
  const isOwn =
    type === 'thinking'
      ? isString(thinking) && isString(signature) && isSigned(CLAUDE_SCOPE, thinking, signature)
      : isString(data) && unsealText(CLAUDE_SCOPE, data) !== undefined;
  if (!isOwn) report('signature', path, 'Invalid `signature` in `thinking` block');
}

function checkSystem(body: unknown, report: Report): void {
  const system = isRecord(body) && Array.isArray(body['system']) ? body['system'] : [];
  system.forEach((block: unknown, index) => {
    if (isRecord(block) && block['text'] === '') {
      report('empty-text', `system[${index}]`, 'text content blocks must be non-empty');
    }
  });
}

/** Returns the number of cache markers at the top level of a body, and in its tools, system text, messages and results. */
function countMarkers(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countMarkers(item), 0);
  if (!isRecord(value)) return 0;
  let sum = isRecord(value['cache_control']) ? 1 : 0;
  // Arguments and schemas are data, so a `cache_control` key in them is not a marker.
  for (const [key, item] of Object.entries(value))
    if (key !== 'input' && key !== 'input_schema') sum += countMarkers(item);
  return sum;
}
