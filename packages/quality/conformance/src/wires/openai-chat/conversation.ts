import { isRecord } from '@majordomo/core/toolkit';
import { isString, type Report } from '../shape.ts';
import type { ChatDialect } from './dialect.ts';

/** Checks that every call has exactly one result, which directly follows the call and contains its id. */
export function checkConversation(body: unknown, report: Report, dialect: ChatDialect): void {
  const messages = isRecord(body) && Array.isArray(body['messages']) ? body['messages'] : [];
  let open: ToolTurn | undefined;
  messages.forEach((message: unknown, index) => {
    if (!isRecord(message)) return;
    const path = `messages[${index}]`;
    const before = isRecord(messages[index - 1]) ? (messages[index - 1] as Record<string, unknown>) : {};
    checkOrder(before['role'], message['role'], path, report, dialect);
    if (message['role'] === 'tool') {
      checkResult(message, path, open, report);
      return;
    }
    closeTurn(open, report);
    open = message['role'] === 'assistant' ? openTurn(message, path, report, dialect) : undefined;
  });
  closeTurn(open, report);
}

function checkOrder(
  before: unknown,
  role: unknown,
  path: string,
  report: Report,
  { afterTool }: ChatDialect,
): void {
  if (before !== 'tool' || afterTool === undefined || (isString(role) && afterTool.includes(role))) return;
  report('role-order', `${path}.role`, `Unexpected role '${String(role)}' after role 'tool'`);
}

interface ToolTurn {
  readonly path: string;
  readonly ids: ReadonlySet<string>;
  readonly answered: Set<string>;
}

function openTurn(
  message: Record<string, unknown>,
  path: string,
  report: Report,
  dialect: ChatDialect,
): ToolTurn | undefined {
  const calls: readonly unknown[] = Array.isArray(message['tool_calls']) ? message['tool_calls'] : [];
  const { content, refusal, function_call: legacyCall, audio } = message;
  if (
    calls.length === 0 &&
    [content, refusal, legacyCall, audio].every((value) => value === undefined || value === null)
  ) {
    report('content-missing', `${path}.content`, 'an assistant message needs content or tool_calls');
  }
  if (dialect.refusesEmptyTurns === true && calls.length === 0 && content === '') {
    report('content-missing', `${path}.content`, "a message with the role 'assistant' must not be empty");
  }
  const ids = new Set<string>();
  calls.forEach((call, index) => {
    const id = isRecord(call) ? call['id'] : undefined;
    if (!isString(id)) return;
    const at = `${path}.tool_calls[${index}].id`;
    if (ids.has(id)) report('tool-id-duplicate', at, `"${id}" is used twice in one message`);
    checkId(id, at, report, dialect);
    if (dialect.hasCallSignatures === true && index === 0 && signatureOf(call) === undefined)
      report('signature', at, 'Function call is missing a thought_signature in functionCall parts.');
    ids.add(id);
  });
  return ids.size === 0 ? undefined : { path, ids, answered: new Set() };
}

/** Returns the thought signature of a call in `extra_content.google`. */
function signatureOf(call: unknown): unknown {
  const extra = isRecord(call) ? call['extra_content'] : undefined;
  const google = isRecord(extra) ? extra['google'] : undefined;
  return isRecord(google) ? google['thought_signature'] : undefined;
}

function checkId(id: string, path: string, report: Report, { toolIds }: ChatDialect): void {
  const { pattern, maxLength } = toolIds ?? { pattern: /^/, maxLength: 40 };
  if (id.length > maxLength)
    report('tool-id-format', path, `string too long: ${id.length}, at most ${maxLength}`);
  else if (id === '' || !pattern.test(id))
    report('tool-id-format', path, `"${id}" does not match ${pattern.source}`);
}

function checkResult(
  message: Record<string, unknown>,
  path: string,
  open: ToolTurn | undefined,
  report: Report,
): void {
  const id = message['tool_call_id'];
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
  if (missing.length > 0) {
    report('tool-call-unanswered', open.path, `no tool message directly after it for ${missing.join(', ')}`);
  }
}
