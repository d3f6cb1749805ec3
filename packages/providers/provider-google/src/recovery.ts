import type { AssistantPart, JsonObject, ModelRequest, VendorCallPart } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { isGeneratedCallId } from '@majordomo/wire-kit';
import { type RecoveryRule, withAssistantParts } from '@majordomo/wire-kit/internal';
import { withOutputInPrompt } from './request.ts';
import { isSubset, toSubset } from './schema.ts';

/**
 * Rules for error messages that were observed from 2025-05 to 2026-11. The first rule applies whose pattern matches the
 * message, and whose `apply` does not return the same object. With `remember`, later requests to the target are changed before they
 * are sent: all of them, or only those that need it by `isNeededFor`, or that have the rejected value of `setting`.
 */
export const RECOVERIES: readonly RecoveryRule[] = [
  {
    // "Invalid thought signature."; "Corrupted thought signature."
    // Not remembered, because signatures in later requests may be valid.
    id: 'signatures',
    what: 'thought signatures dropped',
    pattern:
      /(?:invalid|corrupted|malformed|not valid)[^]{0,40}thought.?signature|thought.?signature[^]{0,40}(?:invalid|corrupted|not valid)/i,
    apply: withoutSignatures,
  },
  {
    // "Invalid JSON payload received. Unknown name \"id\" at 'contents[1].parts[0].function_call': Cannot find field."
    id: 'call-ids',
    what: 'call ids dropped',
    pattern: /unknown name \\?"id\\?"/i,
    remember: true,
    apply: withoutCallIds,
  },
  {
    // "…properties[unit].enum[0]: cannot be empty"
    id: 'schema-values',
    what: 'schemas reduced to the OpenAPI subset',
    pattern: /enum\[\d+\]: cannot be empty/i,
    remember: true,
    apply: withSubsetSchemas,
    isNeededFor: hasEmptyValue,
  },
  {
    // "Invalid JSON payload received. Unknown name \"parametersJsonSchema\" at 'tools[0]…': Cannot find field."
    id: 'schema-subset',
    what: 'schemas reduced to the OpenAPI subset',
    pattern: /json_?schema/i,
    remember: true,
    apply: withSubsetSchemas,
  },
  {
    // "Function calling with a response mime type: 'application/json' is unsupported"
    id: 'output-with-tools',
    what: 'output schema moved to the system text',
    pattern: /function calling with a response mime type/i,
    remember: true,
    apply: withOutputInPrompt,
    isNeededFor: ({ tools }) => tools.length > 0,
  },
  {
    // "Penalty is not enabled for models/gemini-2.5-flash" (google-gemini/cookbook#1290, BerriAI/litellm#26108)
    id: 'penalties',
    what: 'frequencyPenalty and presencePenalty dropped',
    pattern: /penalt(?:y|ies)/i,
    remember: true,
    apply: withoutPenalties,
  },
  {
    // "Thinking level MEDIUM is not supported for this model."; "Budget 0 is invalid. This model only works in thinking mode."
    id: 'reasoning',
    what: 'reasoning dropped',
    pattern: /thinking|budget \d+ is invalid/i,
    remember: true,
    setting: 'reasoning',
    apply: (request) => (request.reasoning === undefined ? request : { ...request, reasoning: undefined }),
  },
];

function withoutPenalties(request: ModelRequest): ModelRequest {
  const { frequencyPenalty, presencePenalty } = request;
  if (frequencyPenalty === undefined && presencePenalty === undefined) return request;
  return { ...request, frequencyPenalty: undefined, presencePenalty: undefined };
}

function withoutSignatures(request: ModelRequest): ModelRequest {
  return withAssistantParts(request, withoutSignature);
}

function withoutSignature(part: AssistantPart): AssistantPart | undefined {
  if (!hasSignature(part)) return part;
  // Without its token, a request cannot contain such a part.
  if (part.type === 'reasoning' || part.type === 'vendor') return undefined;
  if (part.type === 'vendor-call') return unsignedVendorCall(part);
  const { replay: _token, ...rest } = part;
  return rest;
}

/** The data of a vendor call always contains its arguments, also without a signature. */
const hasSignature = ({ type, replay }: AssistantPart): boolean =>
  type === 'vendor-call' ? 'signature' in asRecord(replay.data) : replay !== undefined;

function unsignedVendorCall(part: VendorCallPart): VendorCallPart {
  const { signature: _signature, ...data } = asRecord(part.replay.data) as JsonObject;
  return { ...part, replay: { ...part.replay, data } };
}

/** Id that `toWire` omits from requests. Results are then matched to calls by their order, so that all calls can have this id. */
const UNSENT_CALL_ID = 'call_0';

/** Replaces call ids that `toWire` sends. */
function withoutCallIds(request: ModelRequest): ModelRequest {
  const replaced: string[] = [];
  const unsentId = (id: string): string => {
    if (isGeneratedCallId(id)) return id;
    replaced.push(id);
    return UNSENT_CALL_ID;
  };
  const messages = request.messages.map((message) => {
    switch (message.role) {
      case 'assistant':
        return {
          ...message,
          parts: message.parts.map((part) =>
            part.type === 'tool-call' || part.type === 'vendor-call'
              ? { ...part, id: unsentId(part.id) }
              : part,
          ),
        };
      case 'tool':
        return {
          ...message,
          parts: message.parts.map((part) => ({ ...part, callId: unsentId(part.callId) })),
        };
      default:
        return message;
    }
  });
  return replaced.length === 0 ? request : { ...request, messages };
}

/** Whether an `enum` in a schema contains an empty string. */
function hasEmptyValue({ output, tools }: ModelRequest): boolean {
  return /"enum":\[(?:[^\]]*,)?""[,\]]/.test(
    JSON.stringify([output?.schema, ...tools.map(({ parameters }) => parameters)]),
  );
}

/** Converts schemas to the OpenAPI subset. `isSubset` recognizes these schemas, so they are sent in the older fields. */
function withSubsetSchemas(request: ModelRequest): ModelRequest {
  const { output, tools } = request;
  if (
    [...tools.map(({ parameters }) => parameters), ...(output?.schema ? [output.schema] : [])].every(isSubset)
  )
    return request;
  return {
    ...request,
    tools: tools.map((tool) => ({ ...tool, parameters: toSubset(tool.parameters) })),
    output: output?.schema === undefined ? output : { ...output, schema: toSubset(output.schema) },
  };
}
