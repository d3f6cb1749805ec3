import { asRecord, isRecord } from '@majordomo/core/toolkit';
import { CLAUDE_SCOPE, isSigned, unsealText } from '@majordomo/testing/internal';
import { countMarks } from '../claude.ts';
import { isBase64 } from '../images.ts';
import { duplicateIn, type Members, objectsIn, ofKind } from '../members.ts';
import { isString, type Report } from '../shape.ts';
import type { Turn } from '../turns.ts';
import type { ValidateOptions } from '../wire.ts';

const FOR_USER: readonly string[] = ['image', 'document', 'video', 'audio', 'guardContent', 'searchResult'];
const FOR_ASSISTANT: readonly string[] = ['toolUse', 'reasoningContent', 'citationsContent'];

/** Checks the kind, role, text, bytes and signature of all blocks, the documents, and the number of cache points. */
export function checkContent(
  body: Members,
  turns: readonly Turn[],
  report: Report,
  options: ValidateOptions,
): void {
  for (const turn of turns) {
    for (const { block, path } of turn.blocks) checkBlock(block, path, turn, report, options);
    if (documentsOf(turn).length > 0 && turn.blocks.every(({ block }) => block['text'] === undefined))
      report('document-alone', turn.path, 'a text block is required in the message of a document');
  }
  const twice = duplicateIn(turns.flatMap((turn) => documentsOf(turn).map(({ name }) => name)));
  if (twice !== undefined)
    report('document-name', 'messages', `Document file names must be unique: ${JSON.stringify(twice)}`);
  // Arguments and schemas are data, in which the key has another meaning.
  const points = countMarks(body, 'cachePoint', ['input', 'inputSchema']);
  if (points > 4) report('too-many-cache-points', 'messages', `${points} cache points, at most 4 may be`);
}

const documentsOf = ({ blocks }: Turn): readonly Members[] =>
  ofKind(
    blocks.map(({ block }) => block),
    'document',
  );

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
  // `any`: the model issues no signatures.
  if (isRecord(reasoningContent) && options.signatures !== 'any')
    checkSignature(reasoningContent, path, report);
  for (const [index, piece] of objectsIn(asRecord(toolResult)['content']).entries()) {
    const at = `${path}.toolResult.content[${index}]`;
    if (Object.keys(piece).length !== 1) report('block-data', at, 'must have one kind of content');
    checkText(piece['text'], at, report);
    checkMedia(piece['image'], at, report);
  }
}

function checkText(text: unknown, path: string, report: Report): void {
  if (isString(text) && text.trim() === '')
    report('blank-text', path, 'text content blocks must contain non-whitespace text');
}

function checkMedia(media: unknown, path: string, report: Report): void {
  const { bytes } = asRecord(asRecord(media)['source']);
  if (isString(bytes) && (bytes === '' || !isBase64(bytes))) report('media-bytes', path, 'must be base64');
}

/** Checks that the server issued a block's signature for the block's reasoning. */
function checkSignature({ reasoningText, redactedContent }: Members, path: string, report: Report): void {
  const { text, signature } = asRecord(reasoningText);
  const sealed = isString(redactedContent)
    ? Buffer.from(redactedContent, 'base64').toString('utf8')
    : undefined;
  const isIssued =
    sealed === undefined
      ? isString(text) && isString(signature) && isSigned(CLAUDE_SCOPE, text, signature)
      : unsealText(CLAUDE_SCOPE, sealed) !== undefined;
  if (!isIssued) report('signature', path, 'Invalid `signature` in `thinking` block');
}
