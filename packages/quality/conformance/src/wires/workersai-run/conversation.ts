import { isRecord } from '@majordomo/core/toolkit';
import { isString, type Report } from '../shape.ts';

/** Checks the rules that concern more than one message or setting. */
export function checkRun(body: unknown, report: Report): void {
  if (!isRecord(body)) return;
  if (body['stream'] === true && body['response_format'] !== undefined) {
    report('schema-stream', 'stream', 'JSON mode does not support streaming');
  }
  const messages: readonly unknown[] = Array.isArray(body['messages']) ? body['messages'] : [];
  let open: ReadonlySet<string> | undefined;
  messages.forEach((message, index) => {
    if (!isRecord(message)) return;
    if (message['role'] === 'tool') checkResult(message, `messages[${index}]`, open, report);
    else open = message['role'] === 'assistant' ? idsOf(message) : undefined;
  });
}

function idsOf(message: Record<string, unknown>): ReadonlySet<string> | undefined {
  const calls: readonly unknown[] = Array.isArray(message['tool_calls']) ? message['tool_calls'] : [];
  const ids = calls.filter(isRecord).map(({ id }) => id);
  return calls.length === 0 ? undefined : new Set(ids.filter(isString));
}

function checkResult(
  message: Record<string, unknown>,
  path: string,
  open: ReadonlySet<string> | undefined,
  report: Report,
): void {
  const id = message['tool_call_id'];
  if (open === undefined) {
    report('tool-result-misplaced', path, 'a tool message must follow the message with its tool_calls');
  } else if (isString(id) && !open.has(id)) {
    report('tool-result-unknown', `${path}.tool_call_id`, `no call has the id "${id}"`);
  }
}
