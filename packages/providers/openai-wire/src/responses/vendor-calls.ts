import type {
  AssistantPart,
  JsonObject,
  JsonValue,
  ResultPart,
  TurnMessage,
  VendorCallKind,
  VendorCallPart,
  VendorResultPart,
  Warning,
} from '@majordomo/core';
import { asRecord, isList, vendorCallText, vendorResultParts } from '@majordomo/core/toolkit';
import { dataUrl, resultText } from '../transcript/tool-results.ts';
import type { InputItem } from './blocks.ts';
import { stringOf } from './item-content.ts';
import type { OutputItem } from './wire.ts';

/** Kinds of the items that require an action of the client (`ResponseOutputItem` of openai 7.55). */
const KINDS: Readonly<Record<string, VendorCallKind>> = {
  shell_call: 'shell',
  local_shell_call: 'shell',
  apply_patch_call: 'patch',
  computer_call: 'computer',
  mcp_approval_request: 'mcp-approval',
};

/** Returns the call for an item that waits for the client, or `undefined` for any other item. */
export function vendorCallOf(item: OutputItem, family: string): VendorCallPart | undefined {
  const name = stringOf(item.type);
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined || !runsAtClient(item)) return undefined;
  const { id, call_id: callId } = asRecord(item);
  const data = { item: item as JsonObject };
  return {
    type: 'vendor-call',
    id: stringOf(callId) || stringOf(id),
    kind,
    name,
    args: actionOf(asRecord(item)),
    replay: { family, data },
  };
}

/** Whether the client runs the call. The vendor runs the commands of a shell in a container. */
const runsAtClient = (item: OutputItem): boolean =>
  asRecord(asRecord(item)['environment'])['type'] !== 'container_reference';

/** Returns the members that describe the action. The arguments of an MCP tool are JSON text. */
function actionOf(item: Readonly<Record<string, unknown>>): JsonObject {
  switch (item['type']) {
    case 'shell_call':
    case 'local_shell_call':
      return asRecord(item['action']) as JsonObject;
    case 'apply_patch_call':
      return asRecord(item['operation']) as JsonObject;
    case 'mcp_approval_request': {
      const { server_label: server, name, arguments: args } = item;
      return { server: stringOf(server), name: stringOf(name), arguments: stringOf(args) };
    }
    default: {
      const { action, actions, pending_safety_checks: checks } = item;
      return {
        actions: (isList(actions) ? actions : [action].filter((each) => each !== undefined)) as JsonValue[],
        ...(isList(checks) && checks.length > 0 && { pending_safety_checks: checks as JsonValue[] }),
      };
    }
  }
}

/** Returns the items of the calls that wait for the client, by call id. */
export function vendorItemsIn(messages: readonly TurnMessage[]): ReadonlyMap<string, JsonObject> {
  const items = new Map<string, JsonObject>();
  for (const { role, parts } of messages) {
    if (role !== 'assistant') continue;
    for (const part of parts) if (part.type === 'vendor-call') items.set(part.id, itemOf(part));
  }
  return items;
}

const itemOf = ({ replay }: VendorCallPart): JsonObject =>
  asRecord(asRecord(replay.data)['item']) as JsonObject;

/**
 * Converts computer calls whose result has no image to text, together with the result, because the API accepts only a screenshot.
 * Such a result is a denial or a failure.
 */
export function withSendableCalls(
  messages: readonly TurnMessage[],
  warnings: Warning[],
): readonly TurnMessage[] {
  const isUnsendable = (part: ResultPart): part is VendorResultPart =>
    part.type === 'vendor-result' &&
    part.kind === 'computer' &&
    part.content.every(({ type }) => type !== 'image');
  const results = messages.flatMap(({ role, parts }) => (role === 'tool' ? parts.filter(isUnsendable) : []));
  if (results.length === 0) return messages;
  const ids = new Set(results.map(({ callId }) => callId));
  warnings.push({
    action: 'coerced',
    what: 'computer calls',
    why: 'their results contain no screenshot, which this API requires; the calls and results are sent as text',
  });
  return messages.flatMap((message): readonly TurnMessage[] => {
    if (message.role === 'assistant') {
      if (!message.parts.some((part) => part.type === 'vendor-call' && ids.has(part.id))) return [message];
      const parts = message.parts.map((part): AssistantPart =>
        part.type === 'vendor-call' && ids.has(part.id) ? vendorCallText(part) : part,
      );
      return [{ role: 'assistant', parts }];
    }
    if (message.role !== 'tool' || !message.parts.some(isUnsendable)) return [message];
    const sent = message.parts.filter((part) => !isUnsendable(part));
    return [
      ...(sent.length === 0 ? [] : [{ role: 'tool', parts: sent } as const]),
      { role: 'user', parts: message.parts.filter(isUnsendable).flatMap(vendorResultParts) },
    ];
  });
}

/** Converts the result of a call. `item`: item of the call. Text and images that its output cannot contain follow in a message. */
export function vendorResultItem(result: VendorResultPart, item: JsonObject): readonly InputItem[] {
  const { callId, isError, output = {} } = result;
  const { caller } = item;
  const called = { call_id: callId, ...(caller !== undefined && { caller }) };
  switch (item['type']) {
    case 'mcp_approval_request': {
      const { approve = isError !== true, reason = resultText({ ...result, isError: false }) } = output;
      const why = reason === '' || approve === true ? undefined : { reason };
      return [{ type: 'mcp_approval_response', approval_request_id: callId, approve, ...why }];
    }
    case 'local_shell_call':
      // The SDK's type has no `call_id`. The id of the output is the id of the call.
      return [{ type: 'local_shell_call_output', id: callId, output: localOutput(result) }];
    case 'shell_call': {
      const { max_output_length: limit } = asRecord(item['action']);
      const max = typeof limit === 'number' ? { max_output_length: limit } : undefined;
      return [{ type: 'shell_call_output', ...called, ...max, output: shellOutputs(result) }];
    }
    case 'apply_patch_call': {
      const status = isError === true ? 'failed' : 'completed';
      const text = resultText({ ...result, isError: false });
      return [{ type: 'apply_patch_call_output', ...called, status, ...(text !== '' && { output: text }) }];
    }
    default:
      return [computerOutput(result, item)];
  }
}

function computerOutput({ callId, content, output = {} }: VendorResultPart, item: JsonObject): InputItem {
  const screenshot = content.find((piece) => piece.type === 'image');
  const accepted = output['acknowledged'];
  const checks: readonly unknown[] = isList(accepted) ? accepted : [];
  const { pending_safety_checks: known } = item;
  const acknowledged = (isList(known) ? known : []).filter((check) => checks.includes(asRecord(check)['id']));
  return {
    type: 'computer_call_output',
    call_id: callId,
    ...(acknowledged.length > 0 && { acknowledged_safety_checks: acknowledged }),
    output: {
      type: 'computer_screenshot',
      ...(screenshot && { image_url: dataUrl(screenshot.mediaType, screenshot.bytes) }),
    },
  };
}

/** Returns an output for each command. Without details, the text is the output of a command that failed or succeeded. */
function shellOutputs(result: VendorResultPart): readonly object[] {
  const { output, isError } = result;
  const outputs = output?.['outputs'];
  if (!isList(outputs)) {
    const text = resultText({ ...result, isError: false });
    const streams = isError === true ? { stdout: '', stderr: text } : { stdout: text, stderr: '' };
    return [{ ...streams, outcome: { type: 'exit', exit_code: isError === true ? 1 : 0 } }];
  }
  return outputs.map((each) => {
    const { stdout, stderr, exitCode, timedOut } = asRecord(each);
    const code = typeof exitCode === 'number' ? exitCode : 0;
    const outcome = timedOut === true ? { type: 'timeout' } : { type: 'exit', exit_code: code };
    return { stdout: stringOf(stdout), stderr: stringOf(stderr), outcome };
  });
}

/** Returns the output of a local shell as JSON text (`LocalShellCallOutput` of openai 7.55). */
const localOutput = (result: VendorResultPart): string => JSON.stringify(shellOutputs(result));
