import type {
  AssistantMessage,
  AssistantPart,
  ImagePart,
  JsonObject,
  JsonValue,
  ResultPart,
  ResultPiece,
  ToolMessage,
  TurnMessage,
  UserTurnPart,
  VendorCallKind,
  VendorCallPart,
  VendorResultPart,
  Warning,
} from '@majordomo/core';
import { asList, asRecord, isList, vendorCallText, vendorResultParts } from '@majordomo/core/toolkit';
import { dataUrl, resultText } from '@majordomo/wire-kit/internal';
import { userItem, type InputItem } from './blocks.ts';
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
    // A `computer_call`, which has one action or a list.
    default: {
      const { action, actions, pending_safety_checks: checks } = item;
      return {
        actions: (isList(actions) ? actions : [action].filter((each) => each !== undefined)) as JsonValue[],
        ...(isList(checks) && checks.length > 0 && { pending_safety_checks: checks as JsonValue[] }),
      };
    }
  }
}

/** Adds the items of the turn's calls that wait for the client, by call id. The results of a turn follow it. */
export function addVendorItems({ parts }: AssistantMessage, items: Map<string, JsonObject>): void {
  for (const part of parts) if (part.type === 'vendor-call') items.set(part.id, itemOf(part));
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
  if (!messages.some(hasUnsendable)) return messages;
  warnings.push({
    action: 'coerced',
    what: 'computer calls',
    why: 'their results contain no screenshot, which this API requires; the calls and results are sent as text',
  });
  return messages.flatMap((message, at): readonly TurnMessage[] => {
    // The results of a turn are in the next message, because the history is repaired.
    const next = messages[at + 1];
    if (message.role === 'assistant') return [next?.role === 'tool' ? withTextCalls(message, next) : message];
    if (message.role !== 'tool' || !hasUnsendable(message)) return [message];
    const sent = message.parts.filter((part) => !isUnsendable(part));
    return [
      ...(sent.length === 0 ? [] : [{ role: 'tool', parts: sent } as const]),
      { role: 'user', parts: message.parts.filter(isUnsendable).flatMap(vendorResultParts) },
    ];
  });
}

const isUnsendable = (part: ResultPart): part is VendorResultPart =>
  part.type === 'vendor-result' &&
  part.kind === 'computer' &&
  part.content.every(({ type }) => type !== 'image');

const hasUnsendable = ({ role, parts }: TurnMessage): boolean => role === 'tool' && parts.some(isUnsendable);

function withTextCalls(turn: AssistantMessage, results: ToolMessage): AssistantMessage {
  const ids = new Set(results.parts.filter(isUnsendable).map(({ callId }) => callId));
  if (ids.size === 0) return turn;
  const parts = turn.parts.map((part): AssistantPart =>
    part.type === 'vendor-call' && ids.has(part.id) ? vendorCallText(part) : part,
  );
  return { role: 'assistant', parts };
}

/** Returns a user message with the content that the outputs of calls cannot contain; `undefined` if there is none. */
export function furtherContentItem(results: readonly ResultPart[]): InputItem | undefined {
  const parts = results.flatMap((result): readonly UserTurnPart[] => {
    const rest = result.type === 'vendor-result' ? restOf(result) : [];
    return rest.length === 0
      ? []
      : [{ type: 'text', text: `More of the result of ${result.name}:` }, ...rest];
  });
  return parts.length === 0 ? undefined : userItem(parts);
}

/** Returns the content that the output of the call cannot contain. */
function restOf({ kind, content }: VendorResultPart): readonly ResultPiece[] {
  if (kind !== 'computer') return content.filter(({ type }) => type !== 'text');
  const screenshot = screenshotOf(content);
  return content.filter((piece) => piece !== screenshot);
}

const screenshotOf = (content: readonly ResultPiece[]): ImagePart | undefined =>
  content.find((piece) => piece.type === 'image');

/** Converts the result of a call. `item`: item of the call. */
export function vendorResultItem(result: VendorResultPart, item: JsonObject): InputItem {
  const { isError, output = {} } = result;
  const { caller, call_id: callId, id } = item;
  // A part has another id if two calls of a turn had the same one.
  const sentId = stringOf(callId) || stringOf(id) || result.callId;
  const called = { call_id: sentId, ...(caller !== undefined && { caller }) };
  const text = textWithoutPrefix(result);
  switch (item['type']) {
    case 'mcp_approval_request': {
      // Text without a decision, such as a failure, does not approve the call.
      const approve = output['approve'] === true && isError !== true;
      const reason = stringOf(output['reason']) || text;
      const why = reason === '' || approve ? undefined : { reason };
      return { type: 'mcp_approval_response', approval_request_id: sentId, approve, ...why };
    }
    case 'local_shell_call':
      // The SDK's type has no `call_id`. The id of the output is the id of the call.
      return { type: 'local_shell_call_output', id: sentId, output: localOutput(result) };
    case 'shell_call': {
      const { max_output_length: limit } = asRecord(item['action']);
      const max = typeof limit === 'number' ? { max_output_length: limit } : undefined;
      return { type: 'shell_call_output', ...called, ...max, output: shellOutputs(result) };
    }
    case 'apply_patch_call': {
      const status = isError === true ? 'failed' : 'completed';
      return { type: 'apply_patch_call_output', ...called, status, ...(text !== '' && { output: text }) };
    }
    // A `computer_call`, the only other type of `KINDS`. It has no `caller`, because programs cannot call it.
    default:
      return { type: 'computer_call_output', call_id: sentId, ...computerOutput(result, item) };
  }
}

/** Returns the text of a result without the prefix of a failure, because the outputs of these calls have a member for failures. */
const textWithoutPrefix = (result: VendorResultPart): string => resultText({ ...result, isError: false });

function computerOutput({ content, output = {} }: VendorResultPart, item: JsonObject): object {
  const screenshot = screenshotOf(content);
  // `acknowledged` contains safety checks or their ids.
  const accepted = new Set(asList(output['acknowledged']).map((check) => asRecord(check)['id'] ?? check));
  const acknowledged = asList(item['pending_safety_checks']).filter((check) =>
    accepted.has(asRecord(check)['id']),
  );
  return {
    ...(acknowledged.length > 0 && { acknowledged_safety_checks: acknowledged }),
    output: {
      type: 'computer_screenshot',
      ...(screenshot && screenshotMember(screenshot)),
    },
  };
}

const screenshotMember = ({ file, mediaType, bytes }: ImagePart): object =>
  file === undefined ? { image_url: dataUrl(mediaType, bytes) } : { file_id: file.id };

/** Returns an output for each command. Without details, the text is the output of a command that failed or succeeded. */
function shellOutputs(result: VendorResultPart): readonly object[] {
  const { output, isError } = result;
  const outputs = output?.['outputs'];
  if (!isList(outputs)) {
    const text = textWithoutPrefix(result);
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
