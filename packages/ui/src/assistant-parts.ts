import type {
  AssistantPart,
  JsonObject,
  JsonValue,
  Message,
  Replay,
  ToolCallPart,
  ToolResultPart,
} from '@majordomo/core';
import { asRecord, isRecord } from '@majordomo/core/toolkit';
import { invalid, optionalText, recordAt, textAt, type PageMessage, type PagePart } from './page-message.ts';
import { readExactResult, resultOf, textResult } from './tool-output.ts';

/** Tool call of a page. */
export interface PageCall {
  readonly call: ToolCallPart;
  /** Result that the page sent. */
  readonly result?: ToolResultPart | undefined;
  /** Id of the requested approval, and the user's answer. */
  readonly approvalId?: string | undefined;
  readonly isApproved?: boolean | undefined;
  readonly reason?: string | undefined;
  readonly path: string;
}

/** Step of an assistant message. */
export interface PageStep {
  readonly parts: AssistantPart[];
  readonly calls: PageCall[];
}

const NO_RESULT = 'Not run: the conversation continued without a result of this call.';

/** Parts of an assistant message that are not sent to a model. */
const DROPPED = new Set([
  'source-url',
  'source-document',
  'file',
  'reasoning-file',
  'custom',
  'steering-message',
]);

/** Returns the steps of an assistant message. */
export function readSteps({ parts }: PageMessage): readonly PageStep[] {
  const steps: PageStep[] = [{ parts: [], calls: [] }];
  for (const part of parts) {
    if (part.type === 'step-start') steps.push({ parts: [], calls: [] });
    else readPart(part, steps.at(-1) as PageStep);
  }
  return steps.filter((step) => step.parts.length > 0);
}

/** Returns the assistant message of a step and the results of its calls. */
export function messagesOfStep({ parts, calls }: PageStep): readonly Message[] {
  const turn = { role: 'assistant', parts } as const;
  if (calls.length === 0) return [turn];
  return [
    turn,
    { role: 'tool', parts: calls.map(({ call, result }) => result ?? errorResult(call, NO_RESULT)) },
  ];
}

export const errorResult = ({ id, name }: ToolCallPart, text: string): ToolResultPart => ({
  type: 'tool-result',
  callId: id,
  name,
  ...textResult(text, true),
});

function readPart(part: PagePart, step: PageStep): void {
  const { type, fields, path } = part;
  if (type === 'text' || type === 'reasoning') {
    const { replay, isRefusal } = metadataOf(fields['providerMetadata']);
    const text = textAt(fields, 'text', path);
    if (text === '' && replay === undefined) return;
    const token = replay && { replay };
    if (type === 'reasoning') step.parts.push({ type, text, ...token });
    else step.parts.push({ type, text, ...(isRefusal === true ? { isRefusal } : {}), ...token });
  } else if (type.startsWith('tool-') || type === 'dynamic-tool') {
    addCall(part, step);
  } else if (type === 'data-majordomo-vendor') {
    const { kind, text, replay } = asRecord(fields['data']);
    const token = readReplay(replay);
    if (typeof kind === 'string' && token !== undefined)
      step.parts.push({ type: 'vendor', kind, ...(typeof text === 'string' ? { text } : {}), replay: token });
  } else if (!DROPPED.has(type) && !type.startsWith('data-')) {
    throw invalid(`${path}.type`, `an assistant message has no part "${type.slice(0, 40)}"`);
  }
}

function addCall(part: PagePart, step: PageStep): void {
  const { fields, path } = part;
  const state = textAt(fields, 'state', path);
  const id = textAt(fields, 'toolCallId', path);
  const name =
    part.type === 'dynamic-tool' ? textAt(fields, 'toolName', path) : part.type.slice('tool-'.length);
  if (state === 'input-streaming') return;
  // With two calls of one id, an approval of the first could be used for the second, which may have different arguments.
  if (step.calls.some(({ call }) => call.id === id))
    throw invalid(`${path}.toolCallId`, 'another call of the step has this id');
  const { replay, result } = metadataOf(fields['callProviderMetadata']);
  const call: ToolCallPart = {
    type: 'tool-call',
    id,
    name,
    ...readInput(part, state),
    ...(replay && { replay }),
  };
  step.parts.push(call);
  const read = readState(part, state, readExactResult(result));
  const approval = isRecord(fields['approval']) ? fields['approval'] : {};
  step.calls.push({
    call,
    path,
    result: read && { type: 'tool-result', callId: id, name, ...read },
    approvalId: state.startsWith('approval-') ? textAt(approval, 'id', `${path}.approval`) : undefined,
    isApproved: state === 'approval-responded' ? answerOf(approval, path) : undefined,
    reason: optionalText(approval, 'reason', `${path}.approval`),
  });
}

/** A call with invalid arguments has the raw text as input. */
function readInput({ fields, path }: PagePart, state: string): Pick<ToolCallPart, 'args' | 'invalid'> {
  const { input, rawInput } = fields;
  const raw = rawInput ?? input;
  if (state === 'output-error' && typeof raw === 'string' && !isRecord(input))
    return { args: {}, invalid: { raw } };
  return { args: recordAt(fields, 'input', path) as JsonObject };
}

function readState(
  { fields, path }: PagePart,
  state: string,
  exact: ReturnType<typeof readExactResult>,
): Pick<ToolResultPart, 'content' | 'isError'> | undefined {
  switch (state) {
    case 'output-available':
      return exact ?? resultOf(fields['output']);
    case 'output-error':
      return exact ?? textResult(textAt(fields, 'errorText', path), true);
    case 'output-denied':
      return (
        exact ?? textResult(`The call was denied: ${denialOf(asRecord(fields['approval'])['reason'])}`, true)
      );
    case 'input-available':
    case 'approval-requested':
    case 'approval-responded':
      return undefined;
    default:
      throw invalid(`${path}.state`, `"${state.slice(0, 40)}" is not a state of a tool part`);
  }
}

function answerOf(approval: Readonly<Record<string, unknown>>, path: string): boolean {
  const { approved } = approval;
  if (typeof approved === 'boolean') return approved;
  throw invalid(`${path}.approval.approved`, 'expected true or false');
}

export const denialOf = (reason: unknown): string =>
  typeof reason === 'string' && reason !== '' ? reason : 'The user denied it.';

function metadataOf(metadata: unknown): {
  readonly replay: Replay | undefined;
  readonly result: unknown;
  readonly isRefusal: unknown;
} {
  const { replay, result, isRefusal } = asRecord(asRecord(metadata)['majordomo']);
  return { replay: readReplay(replay), result, isRefusal };
}

/** Returns a vendor token. Ignores a malformed one, because the request is valid without the token. */
function readReplay(value: unknown): Replay | undefined {
  const { family, data } = asRecord(value);
  return typeof family === 'string' && data !== undefined ? { family, data: data as JsonValue } : undefined;
}
