import { isRecord } from '@majordomo/core/toolkit';
import { CLAUDE_SCOPE, isSigned, unsealText } from '@majordomo/testing/internal';
import { isBase64 } from '../base64.ts';
import { isString, type Report } from '../shape.ts';
import type { ValidateOptions } from '../wire.ts';
import { type Turn, turnsOf } from './conversation.ts';

type Members = Readonly<Record<string, unknown>>;

const FOR_USER: readonly string[] = ['image', 'document', 'video', 'audio', 'guardContent', 'searchResult'];
const FOR_ASSISTANT: readonly string[] = ['toolUse', 'reasoningContent', 'citationsContent'];

/** Checks the kind, role, text, bytes and signature of all blocks, the documents, and the number of cache points. */
export function checkContent(body: unknown, report: Report, options: ValidateOptions): void {
  for (const turn of turnsOf(body)) {
    for (const { block, path } of turn.blocks) checkBlock(block, path, turn, report, options);
    checkDocuments(turn, report);
  }
  checkNames(body, report);
  const points = countCachePoints(body);
  if (points > 4) report('too-many-cache-points', 'messages', `${points} cache points, at most 4 may be`);
}

function checkBlock(
  block: Members,
  path: string,
  { role }: Turn,
  report: Report,
  options: ValidateOptions,
): void {
  const kinds = Object.keys(block);
  const [kind = ''] = kinds;
  if (kinds.length !== 1) report('block-data', path, `must have one kind of content, not ${kinds.length}`);
  if (role === 'assistant' && FOR_USER.includes(kind)) report('block-role', path, `${kind} is for the user`);
  if (role === 'user' && FOR_ASSISTANT.includes(kind))
    report('block-role', path, `${kind} is for the assistant`);
  const { text, image, document, reasoningContent, toolResult } = block;
  checkText(text, path, report);
  for (const media of [image, document]) checkMedia(media, path, report);
  if (isRecord(reasoningContent) && options.signatures !== 'any')
    checkSignature(reasoningContent, path, report);
  const inner = isRecord(toolResult) && Array.isArray(toolResult['content']) ? toolResult['content'] : [];
  inner.filter(isRecord).forEach((piece, index) => {
    const at = `${path}.toolResult.content[${index}]`;
    if (Object.keys(piece).length !== 1) report('block-data', at, 'must have one kind of content');
    checkText(piece['text'], at, report);
    checkMedia(piece['image'], at, report);
  });
}

function checkText(text: unknown, path: string, report: Report): void {
  if (isString(text) && text.trim() === '')
    report('blank-text', path, 'text content blocks must contain non-whitespace text');
}

function checkMedia(media: unknown, path: string, report: Report): void {
  const source = isRecord(media) ? media['source'] : undefined;
  const bytes = isRecord(source) ? source['bytes'] : undefined;
  if (isString(bytes) && (bytes === '' || !isBase64(bytes))) report('media-bytes', path, 'must be base64');
}

/** Checks that the server issued a block's signature for the block's reasoning. Some models issue no signatures. */
function checkSignature({ reasoningText, redactedContent }: Members, path: string, report: Report): void {
  const { text, signature } = isRecord(reasoningText) ? reasoningText : {};
  const sealed = isString(redactedContent)
    ? Buffer.from(redactedContent, 'base64').toString('utf8')
    : undefined;
  const isIssued =
    sealed === undefined
      ? isString(text) && isString(signature) && isSigned(CLAUDE_SCOPE, text, signature)
      : unsealText(CLAUDE_SCOPE, sealed) !== undefined;
  if (!isIssued) report('signature', path, 'Invalid `signature` in `thinking` block');
}

const documentsOf = ({ blocks }: Turn): readonly Members[] =>
  blocks.flatMap(({ block: { document } }) => (isRecord(document) ? [document] : []));

function checkDocuments(turn: Turn, report: Report): void {
  if (documentsOf(turn).length === 0 || turn.blocks.some(({ block }) => block['text'] !== undefined)) return;
  report('document-alone', turn.path, 'a text block is required in the message of a document');
}

function checkNames(body: unknown, report: Report): void {
  const names = turnsOf(body).flatMap((turn) => documentsOf(turn).map(({ name }) => name));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    report('document-name', 'messages', `Document file names must be unique: ${JSON.stringify(twice)}`);
}

/** Returns the number of cache points in tools, system text and messages. Arguments and schemas are data, so they are skipped. */
function countCachePoints(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countCachePoints(item), 0);
  if (!isRecord(value)) return 0;
  let sum = isRecord(value['cachePoint']) ? 1 : 0;
  for (const [key, item] of Object.entries(value))
    if (key !== 'input' && key !== 'inputSchema') sum += countCachePoints(item);
  return sum;
}
