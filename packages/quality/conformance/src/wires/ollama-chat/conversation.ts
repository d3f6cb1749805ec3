import { isRecord } from '@majordomo/core/toolkit';
import { isString, type Report } from '../shape.ts';

/** Checks that each tool result follows tool calls, and that its tool name and call id, if set, occur in them. */
export function checkConversation(body: unknown, report: Report): void {
  const messages: readonly unknown[] =
    isRecord(body) && Array.isArray(body['messages']) ? body['messages'] : [];
  let open: Calls | undefined;
  messages.forEach((message, index) => {
    if (!isRecord(message)) return;
    if (message['role'] === 'tool') checkResult(message, `messages[${index}]`, open, report);
    else open = message['role'] === 'assistant' ? callsOf(message) : undefined;
  });
}

interface Calls {
  readonly names: ReadonlySet<string>;
  readonly ids: ReadonlySet<string>;
}

function callsOf(message: Record<string, unknown>): Calls | undefined {
  const calls: readonly unknown[] = Array.isArray(message['tool_calls']) ? message['tool_calls'] : [];
  if (calls.length === 0) return undefined;
  const objects = calls.filter(isRecord);
  const names = objects.map(({ function: called }) => (isRecord(called) ? called['name'] : undefined));
  return {
    names: new Set(names.filter(isString)),
    ids: new Set(objects.map(({ id }) => id).filter(isString)),
  };
}

function checkResult(
  message: Record<string, unknown>,
  path: string,
  open: Calls | undefined,
  report: Report,
): void {
  if (open === undefined) {
    report('tool-result-misplaced', path, 'a tool message must follow the message with its tool_calls');
    return;
  }
  const { tool_name: name, tool_call_id: id } = message;
  if (isString(name) && !open.names.has(name)) {
    report('tool-result-unknown', `${path}.tool_name`, `"${name}" was not called`);
  }
  if (isString(id) && !open.ids.has(id)) {
    report('tool-result-unknown', `${path}.tool_call_id`, `no call has the id "${id}"`);
  }
}
