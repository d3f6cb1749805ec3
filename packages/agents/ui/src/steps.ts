import type { Decision } from '@majordomo/agent';
import type {
  AssistantPart,
  AudioPart,
  ImagePart,
  JsonObject,
  JsonValue,
  Message,
  Replay,
  CallPart,
  Part,
  ToolCallPart,
  ToolResultPart,
  VendorCallPart,
} from '@majordomo/core';
import {
  asRecord,
  fromBase64,
  isRecord,
  resultsOfTurn,
  vendorKindOf,
  type AnsweredCall,
} from '@majordomo/core/toolkit';
import { ClientValue } from './client-value.ts';
import { piecesOf, piecesOfMcp, resultOf } from './tool-output.ts';

/** Tool call that a client sent. */
export interface ClientCall {
  readonly call: ToolCallPart;
  /** Call of a tool that the vendor defines and the client runs. `call` represents it as the call of an ordinary tool. */
  readonly vendorCall?: VendorCallPart | undefined;
  /** Value in the request that contains the call or the client's answer to the call. */
  readonly source: ClientValue;
  readonly result?: AnsweredCall | undefined;
  /** Id of the requested approval. */
  readonly approvalId?: ClientValue | undefined;
  readonly decision?: Decision | undefined;
  /** Whether the call waits for a tool of the page, which provides the result. */
  readonly isClientCall?: true;
}

/** Step of an assistant message: its parts and its calls. */
export interface Step {
  readonly parts: AssistantPart[];
  readonly calls: ClientCall[];
}

const NO_RESULT = 'Not run: the conversation continued without a result of this call.';

/** Parts of an assistant message that are not sent to a model. */
const DROPPED = /^(?:source-url|source-document|reasoning-file|custom|steering-message|data-.*)$/s;

/** Whether a part is a call that needs a result. */
export const isCall = (part: Part): part is CallPart =>
  part.type === 'tool-call' || part.type === 'vendor-call';

/** Returns the steps of an assistant message that a page sent. */
export function readSteps(parts: readonly ClientValue[]): readonly Step[] {
  const steps: Step[] = [{ parts: [], calls: [] }];
  for (const part of parts) {
    if (part.at('type').text() === 'step-start') steps.push({ parts: [], calls: [] });
    else readPart(part, steps.at(-1) as Step);
  }
  return steps.filter((step) => step.parts.length > 0);
}

/** Returns the turn of a step and the results of its calls. */
export function messagesOfStep({ parts, calls }: Step): readonly Message[] {
  const results = calls.map(({ call, result }) => result ?? resultOf(call, NO_RESULT, true));
  const turn = { role: 'assistant', parts } as const;
  return results.length === 0 ? [turn] : [turn, { role: 'tool', parts: resultsOfTurn(parts, results) }];
}

/** Returns the messages after the last user message. */
export const lastTurnOf = (messages: readonly Message[]): readonly Message[] =>
  messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1);

/** Adds a call. Throws if the step has a call with the same id, because an approval of one call could be used for the other. */
export function addCall({ parts, calls }: Step, added: ClientCall, id: ClientValue): void {
  if (calls.some(({ call }) => call.id === added.call.id))
    throw id.invalid('another call of the step has this id; use unique ids');
  parts.push(added.vendorCall ?? added.call);
  calls.push(added);
}

/** Returns the decision that approves or denies a call. */
export const decisionOf = (callId: string, isApproved: boolean, reason: string | undefined): Decision =>
  isApproved ? { callId, approve: true } : { callId, deny: denialReason(reason) };

/** Returns the result of a denied call, as the model receives it. */
export const denialText = (reason: string | undefined): string =>
  `The call was denied: ${denialReason(reason)}`;

const denialReason = (reason: string | undefined): string =>
  reason === undefined || reason === '' ? 'The user denied it.' : reason;

function readPart(part: ClientValue, step: Step): void {
  const type = part.at('type').text();
  if (type === 'text' || type === 'reasoning') {
    const text = part.at('text').text();
    const { replay, isRefusal } = metadataOf(part, 'providerMetadata');
    if (text === '' && replay === undefined) return;
    const token = replay && { replay };
    if (type === 'reasoning') step.parts.push({ type, text, ...token });
    else step.parts.push({ type, text, ...(isRefusal === true && { isRefusal }), ...token });
  } else if (type.startsWith('tool-') || type === 'dynamic-tool') {
    const call = readCall(part, type);
    if (call !== undefined) addCall(step, call, part.at('toolCallId'));
  } else if (type === 'data-majordomo-vendor') {
    const { kind, text, replay: token } = asRecord(part.record()['data']);
    const replay = readReplay(token);
    if (typeof kind !== 'string' || replay === undefined) return;
    step.parts.push({ type: 'vendor', kind, ...(typeof text === 'string' && { text }), replay });
  } else if (type === 'file') {
    const media = readMedia(part);
    if (media !== undefined) step.parts.push(media);
  } else if (!DROPPED.test(type)) {
    throw part.at('type').invalid(`an assistant message cannot contain a "${type.slice(0, 40)}" part`);
  }
}

/** Returns an image or audio that a model generated; `undefined` for any other file. */
function readMedia(part: ClientValue): ImagePart | AudioPart | undefined {
  const { url } = part.record();
  const [, mediaType = '', data = ''] = (typeof url === 'string' && GENERATED.exec(url)) || [];
  const { replay } = metadataOf(part, 'providerMetadata');
  const token = replay && { replay };
  try {
    if (mediaType.startsWith('image/'))
      return { type: 'image', mediaType, bytes: fromBase64(data), ...token };
    if (mediaType.startsWith('audio/'))
      return { type: 'audio', mediaType, bytes: fromBase64(data), ...token };
  } catch {
    // Invalid base64 is omitted, as other files of an assistant message are.
  }
  return undefined;
}

const GENERATED = /^data:((?:image|audio)\/[\w.+-]+);base64,([\w+/=]+)$/;

/** Returns a call, or `undefined` if its arguments are incomplete. */
function readCall(part: ClientValue, type: string): ClientCall | undefined {
  const state = part.at('state').text();
  const id = part.at('toolCallId').text();
  const name = type === 'dynamic-tool' ? part.at('toolName').text() : type.slice('tool-'.length);
  if (state === 'input-streaming') return undefined;
  // `toUiMessages` stores here what the state of a tool part does not preserve, such as `isError: false`.
  const metadata = metadataOf(part, 'callProviderMetadata');
  const { replay, output, isError: known, programId, vendorCall: vendorName } = metadata;
  // The AI SDK stores the metadata of a streamed result in a separate member.
  const details = metadata.vendorOutput ?? metadataOf(part, 'resultProviderMetadata').vendorOutput;
  const call: ToolCallPart = {
    type: 'tool-call',
    id,
    name,
    ...readInput(part, state),
    ...(typeof programId === 'string' && { programId }),
    ...(replay && { replay }),
  };
  const vendorCall = vendorCallOf(call, vendorName);
  const base = { call, source: part, ...(vendorCall && { vendorCall }) };
  const approval = new ClientValue(asRecord(part.record()['approval']), `${part.path}.approval`);
  const reason = approval.at('reason').optionalText();
  const withResult = (
    content: Parameters<typeof resultOf>[1],
    isError = known === false ? known : undefined,
  ): ClientCall => {
    const exact = output === undefined ? content : piecesOf(output);
    const result = resultOf(call, exact, isError);
    return { ...base, result: isRecord(details) ? { ...result, output: details as JsonObject } : result };
  };
  switch (state) {
    case 'input-available':
      return base;
    case 'approval-requested':
    case 'approval-responded': {
      const approvalId = approval.at('id');
      // Throws for an id that is not text.
      approvalId.text();
      if (state === 'approval-requested') return { ...base, approvalId };
      const decision = decisionOf(id, approval.at('approved').boolean(), reason);
      return { ...base, approvalId, decision };
    }
    case 'output-available':
      return withResult(appPieces(part) ?? piecesOf(part.record()['output']));
    case 'output-error':
      return withResult(part.at('errorText').text(), true);
    case 'output-denied':
      return withResult(denialText(reason), true);
    default:
      throw part.at('state').invalid(`"${state.slice(0, 40)}" is not a state of a tool part`);
  }
}

/** Returns the result of a tool with an MCP App as the model receives it; `undefined` for any other tool. */
function appPieces(part: ClientValue): ToolResultPart['content'] | undefined {
  const { toolMetadata, output } = part.record();
  return isRecord(asRecord(toolMetadata)['app']) ? piecesOfMcp(output) : undefined;
}

/** Returns the call that waits for the client, or `undefined` for a call of an ordinary tool. */
export function vendorCallOf(
  { id, name, args, replay }: ToolCallPart,
  vendorName: unknown,
): VendorCallPart | undefined {
  const kind = vendorKindOf(name);
  if (kind === undefined || typeof vendorName !== 'string' || replay === undefined) return undefined;
  return { type: 'vendor-call', id, kind, name: vendorName, args, replay };
}

/** Returns the arguments of a call. Returns invalid arguments as a string in `invalid`. */
function readInput(part: ClientValue, state: string): Pick<ToolCallPart, 'args' | 'invalid'> {
  const { input, rawInput } = part.record();
  const raw = rawInput ?? input;
  if (state === 'output-error' && typeof raw === 'string' && !isRecord(input))
    return { args: {}, invalid: { raw } };
  return { args: part.at('input').record() as JsonObject };
}

function metadataOf(part: ClientValue, name: string) {
  const { replay, output, isError, isRefusal, programId, vendorCall, vendorOutput } = asRecord(
    asRecord(part.record()[name])['majordomo'],
  );
  return { replay: readReplay(replay), output, isError, isRefusal, programId, vendorCall, vendorOutput };
}

/** Returns a vendor token, or `undefined` if it is malformed. The request can be sent without the token. */
export function readReplay(value: unknown): Replay | undefined {
  const { family, data } = asRecord(value);
  return typeof family === 'string' && data !== undefined ? { family, data: data as JsonValue } : undefined;
}
