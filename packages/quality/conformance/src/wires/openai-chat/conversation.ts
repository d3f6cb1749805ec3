import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import { checkImageUrl } from '../images.ts';
import { type Members, objectsIn, stringOf } from '../members.ts';
import { isString, type Report, shown } from '../shape.ts';
import type { ChatDialect } from './dialect.ts';

/**
 * Checks the parts and the order of the messages. Every call must have exactly one result, which directly follows the call and
 * contains its id.
 */
export function checkConversation(messages: unknown, report: Report, dialect: ChatDialect): void {
  let open: ToolTurn | undefined;
  let before: unknown;
  for (const [index, message] of asList(messages).entries()) {
    if (!isRecord(message)) continue;
    const { role, content } = message;
    const path = `messages[${index}]`;
    checkParts(role, content, `${path}.content`, report, dialect);
    if (before === 'tool' && dialect.afterTool?.includes(stringOf(role)) === false)
      report('role-order', `${path}.role`, `Unexpected role '${shown(role)}' after role 'tool'`);
    before = role;
    if (role === 'tool') {
      checkResult(message, path, open, report);
      continue;
    }
    closeTurn(open, report);
    open = role === 'assistant' ? openTurn(message, path, report, dialect) : undefined;
  }
  closeTurn(open, report);
}

/** Checks in which messages images occur, and the formats of the images. */
function checkParts(
  role: unknown,
  content: unknown,
  path: string,
  report: Report,
  { toolImages = false }: ChatDialect,
): void {
  for (const [index, part] of asList(content).entries()) {
    const { type, image_url: image } = asRecord(part);
    const at = `${path}[${index}]`;
    if (role === 'tool' && type !== 'text' && !(toolImages && type === 'image_url'))
      report('tool-content', at, 'a tool message must contain only text');
    else if (type === 'image_url') checkImageUrl(asRecord(image)['url'], `${at}.image_url.url`, report);
  }
}

/** Assistant message with the ids of its calls, and the ids that have a result so far. */
interface ToolTurn {
  readonly path: string;
  readonly ids: ReadonlySet<string>;
  readonly answered: Set<string>;
}

function openTurn(
  message: Members,
  path: string,
  report: Report,
  dialect: ChatDialect,
): ToolTurn | undefined {
  const calls = objectsIn(message['tool_calls']);
  const { content, refusal, function_call: legacyCall, audio } = message;
  const isEmpty = [content, refusal, legacyCall, audio].every(
    (value) => value === undefined || value === null,
  );
  if (calls.length === 0 && isEmpty)
    report('content-missing', `${path}.content`, 'an assistant message needs content or tool_calls');
  if (dialect.refusesEmptyTurns === true && calls.length === 0 && content === '')
    report('content-missing', `${path}.content`, "a message with the role 'assistant' must not be empty");
  const ids = new Set<string>();
  for (const [index, { id, extra_content: extra }] of calls.entries()) {
    if (!isString(id)) continue;
    const at = `${path}.tool_calls[${index}].id`;
    if (ids.has(id)) report('tool-id-duplicate', at, `"${id}" is used twice in one message`);
    checkId(id, at, report, dialect);
    const signature = asRecord(asRecord(extra)['google'])['thought_signature'];
    // Gemini signs only the first of parallel calls.
    if (dialect.hasCallSignatures === true && index === 0 && signature === undefined)
      report('signature', at, 'Function call is missing a thought_signature in functionCall parts.');
    ids.add(id);
  }
  return ids.size === 0 ? undefined : { path, ids, answered: new Set() };
}

function checkId(id: string, path: string, report: Report, { toolIds }: ChatDialect): void {
  // Without a rule of the dialect, the maximum of OpenAI applies.
  const { pattern, maxLength } = toolIds ?? { pattern: /^/, maxLength: 40 };
  if (id.length > maxLength)
    report('tool-id-format', path, `string too long: ${id.length}, at most ${maxLength}`);
  else if (id === '' || !pattern.test(id))
    report('tool-id-format', path, `"${id}" does not match ${pattern.source}`);
}

function checkResult(
  { tool_call_id: id }: Members,
  path: string,
  open: ToolTurn | undefined,
  report: Report,
): void {
  if (open === undefined) {
    report('tool-result-misplaced', path, 'a tool message must follow the message with its tool_calls');
  } else if (isString(id)) {
    if (!open.ids.has(id))
      report('tool-result-unknown', `${path}.tool_call_id`, `no call has the id "${id}"`);
    else if (open.answered.has(id))
      report('tool-result-duplicate', `${path}.tool_call_id`, `"${id}" is answered twice`);
    open.answered.add(id);
  }
}

function closeTurn(open: ToolTurn | undefined, report: Report): void {
  if (open === undefined) return;
  const missing = [...open.ids].filter((id) => !open.answered.has(id));
  if (missing.length > 0)
    report('tool-call-unanswered', open.path, `no tool message directly after it for ${missing.join(', ')}`);
}
