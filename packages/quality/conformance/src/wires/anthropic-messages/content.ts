import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import { CLAUDE_SCOPE, isSigned, unsealText } from '@majordomo/testing/internal';
import { countMarks } from '../claude.ts';
import { IMAGE_TYPES, isBase64 } from '../images.ts';
import type { Members } from '../members.ts';
import { isString, type Report, shown } from '../shape.ts';
import { checkToolTurns, type ToolBlock, type Turn } from '../turns.ts';
import type { ValidateOptions } from '../wire.ts';

/** Checks the order of the calls and their results. */
export function checkConversation(turns: readonly Turn[], report: Report): void {
  checkToolTurns(turns, idsOf('tool_use', 'id'), idsOf('tool_result', 'tool_use_id'), report);
  for (const { blocks, path } of turns) {
    const types = blocks.map(({ block }) => block['type']);
    const firstOther = types.findIndex((type) => type !== 'tool_result');
    if (firstOther !== -1 && types.lastIndexOf('tool_result') > firstOther)
      report(
        'tool-result-misplaced',
        path,
        'tool_result blocks must come before everything else of their turn',
      );
  }
}

const idsOf =
  (type: string, key: string) =>
  ({ blocks }: Turn): readonly ToolBlock[] =>
    blocks.flatMap(({ block, path }) => {
      const id = block[key];
      return block['type'] === type && isString(id) ? [{ id, path }] : [];
    });

/** Checks the text, images, results and signatures of all blocks, and the number of cache markers. */
export function checkContent(
  body: Members,
  turns: readonly Turn[],
  report: Report,
  options: ValidateOptions,
): void {
  const tools = asList(body['tools']).map((tool) => asRecord(tool)['name']);
  for (const { blocks, path, role } of turns) {
    // The last message may be empty if it is the assistant's, because the model continues it.
    if (blocks.length === 0 && !(role === 'assistant' && path === turns.at(-1)?.path))
      report('content-missing', path, 'all messages must have non-empty content');
    for (const { block, path: at } of blocks) {
      checkBlock(block, at, report, options);
      if (block['type'] === 'tool_result') checkResult(block, at, tools, report);
    }
  }
  for (const [index, block] of asList(body['system']).entries())
    if (asRecord(block)['text'] === '') reportEmptyText(`system[${index}]`, report);
  // Arguments and schemas are data, in which the key has another meaning.
  const markers = countMarks(body, 'cache_control', ['input', 'input_schema']);
  if (markers > 4)
    report('too-many-cache-markers', 'cache_control', `${markers} blocks are marked, at most 4 may be`);
}

function reportEmptyText(path: string, report: Report): void {
  report('empty-text', path, 'text content blocks must be non-empty');
}

function checkBlock(block: Members, path: string, report: Report, options: ValidateOptions): void {
  const { type, text, content } = block;
  if (type === 'text' && text === '') reportEmptyText(path, report);
  if (type === 'image' || type === 'document') checkSource(block, path, report);
  if ((type === 'thinking' || type === 'redacted_thinking') && options.signatures !== 'any')
    checkSignature(block, path, report);
  if (type !== 'tool_result') return;
  for (const [index, inner] of asList(content).entries())
    checkBlock(asRecord(inner), `${path}.content[${index}]`, report, options);
}

/** Checks the tool references of a result. Also checks that a failed result contains only text. */
function checkResult(result: Members, path: string, tools: readonly unknown[], report: Report): void {
  for (const [index, item] of asList(result['content']).entries()) {
    const { type, tool_name: name } = asRecord(item);
    const at = `${path}.content[${index}]`;
    if (result['is_error'] === true && type !== 'text')
      report('error-content', at, 'all content must be type text if `is_error` is true');
    if (type === 'tool_reference' && !tools.includes(name))
      report('tool-reference-unknown', at, `Tool reference '${shown(name)}' not found in available tools`);
  }
}

function checkSource({ type, source }: Members, path: string, report: Report): void {
  if (!isRecord(source) || source['type'] !== 'base64') return;
  const { media_type: mediaType, data } = source;
  const known = type === 'image' ? IMAGE_TYPES : ['application/pdf'];
  if (isString(mediaType) && !known.includes(mediaType))
    report('image-type', `${path}.source.media_type`, `"${mediaType}" is not one of ${known.join(', ')}`);
  if (isString(data) && (data === '' || !isBase64(data)))
    report('image-source', `${path}.source.data`, 'is not valid base64');
}

/** Checks that the server issued a block's signature for the block's reasoning. Reports edited, merged or invented reasoning. */
function checkSignature({ type, thinking, signature, data }: Members, path: string, report: Report): void {
  const isOwn =
    type === 'thinking'
      ? isString(thinking) && isString(signature) && isSigned(CLAUDE_SCOPE, thinking, signature)
      : isString(data) && unsealText(CLAUDE_SCOPE, data) !== undefined;
  if (!isOwn) report('signature', path, 'Invalid `signature` in `thinking` block');
}
