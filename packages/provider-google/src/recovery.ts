import type { AssistantPart, ModelRequest, Recovery } from '@majordomo/core';
import { isGeneratedCallId } from '@majordomo/core/toolkit';
import { instructed } from './request.ts';
import { isSubset, toSubset } from './schema.ts';

interface Remedy extends Omit<Recovery, 'apply'> {
  /** What a 400 says that this helps against; the first remedy that changes the request is taken. */
  readonly says: RegExp;
  /** The same object where nothing of the kind is in the request. */
  readonly apply: (request: ModelRequest) => ModelRequest;
}

/** Messages seen on the wire from 2025-05 to 2026-11. Reworded, the 400 is simply final. */
const REMEDIES: readonly Remedy[] = [
  {
    // "Invalid thought signature."; "Corrupted thought signature."
    id: 'signatures',
    what: 'thought signatures dropped',
    says: /(?:invalid|corrupted|malformed|not valid)[^]{0,40}thought.?signature|thought.?signature[^]{0,40}(?:invalid|corrupted|not valid)/i,
    apply: withoutSignatures,
  },
  {
    // "Invalid JSON payload received. Unknown name \"id\" at 'contents[1].parts[0].function_call': Cannot find field."
    id: 'call-ids',
    what: 'ids of calls dropped',
    says: /unknown name \\?"id\\?"/i,
    remember: true,
    apply: withoutCallIds,
  },
  {
    // "Invalid JSON payload received. Unknown name \"parametersJsonSchema\" at 'tools[0]…': Cannot find field."
    id: 'schema-subset',
    what: 'schemas cut to the OpenAPI subset',
    says: /json_?schema|enum\[\d+\]: cannot be empty/i,
    remember: true,
    apply: withSubsetSchemas,
  },
  {
    // "Function calling with a response mime type: 'application/json' is unsupported"
    id: 'output-with-tools',
    what: 'output schema given as words',
    says: /function calling with a response mime type/i,
    remember: true,
    apply: instructed,
  },
  {
    // "Thinking level MEDIUM is not supported for this model."; "Budget 0 is invalid. This model only works in thinking mode."
    id: 'reasoning',
    what: 'reasoning dropped',
    says: /thinking|budget \d+ is invalid/i,
    remember: true,
    apply: (request) => (request.reasoning === undefined ? request : { ...request, reasoning: undefined }),
  },
];

/** What may be changed so that a refused request succeeds, if anything. */
export function recoveryFor(said: string, request: ModelRequest): Recovery | undefined {
  const remedy = REMEDIES.find(({ says, apply }) => says.test(said) && apply(request) !== request);
  if (remedy === undefined) return undefined;
  const { says: _says, ...recovery } = remedy;
  return recovery;
}

function withoutSignatures(request: ModelRequest): ModelRequest {
  const messages = request.messages.map((message) => {
    if (message.role !== 'assistant' || message.parts.every(({ replay }) => replay === undefined))
      return message;
    const parts = message.parts.flatMap((part): AssistantPart[] => {
      if (part.type === 'reasoning' || part.type === 'vendor') return [];
      const { replay: _token, ...rest } = part;
      return [rest];
    });
    return { ...message, parts };
  });
  return messages.every((message, at) => message === request.messages[at])
    ? request
    : { ...request, messages };
}

/** Ids that are made up are not sent. */
function withoutCallIds(request: ModelRequest): ModelRequest {
  const names = new Map<string, string>();
  const nameOf = (id: string): string => {
    const name = names.get(id) ?? (isGeneratedCallId(id) ? id : `call_${names.size}`);
    names.set(id, name);
    return name;
  };
  const messages = request.messages.map((message) => {
    switch (message.role) {
      case 'assistant':
        return {
          ...message,
          parts: message.parts.map((part) =>
            part.type === 'tool-call' ? { ...part, id: nameOf(part.id) } : part,
          ),
        };
      case 'tool':
        return { ...message, parts: message.parts.map((part) => ({ ...part, callId: nameOf(part.callId) })) };
      default:
        return message;
    }
  });
  return [...names].every(([id, name]) => id === name) ? request : { ...request, messages };
}

/** The schema's form says where it goes: see `isSubset`. */
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
