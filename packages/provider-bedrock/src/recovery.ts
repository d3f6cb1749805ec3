import type { AssistantPart, ModelRequest, Recovery } from '@majordomo/core';

interface Remedy extends Omit<Recovery, 'apply'> {
  /** What a refusal says that this helps against; the first remedy that changes something is taken. */
  readonly says: RegExp;
  /** The same object where nothing of the kind is in the request. */
  readonly apply: (request: ModelRequest) => ModelRequest;
}

/** After a stream was refused where the same call without one would not be. */
const WITHOUT_STREAM: Recovery = {
  id: 'whole',
  what: 'sent without streaming',
  delivery: 'whole',
  remember: true,
  apply: (request) => request,
};

/** "… is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource …" */
const STREAM_DENIED = /InvokeModelWithResponseStream|ConverseStream/;
/** "This model doesn't support tool use in streaming mode."; "The model is unsupported for streaming." */
const STREAM_UNSUPPORTED = /(?:doesn't|does not|not|un)\s*support[^.]*stream/i;

/** Messages of ValidationException, seen from 2024-09 to 2026-11. Reworded, they are simply final. */
const REMEDIES: readonly Remedy[] = [
  {
    // "messages.1.content.0: Invalid `signature` in `thinking` block"
    id: 'thinking-blocks',
    what: 'reasoning of earlier turns dropped',
    says: /thinking[^]*(?:signature|cannot be modified|must remain as they were)|signature[^]*thinking/i,
    apply: withoutReasoningParts,
  },
  {
    // "thinking: Extra inputs are not permitted"; "… does not support reasoning"
    id: 'reasoning',
    what: 'reasoning dropped',
    says: /thinking|reasoning|effort/i,
    remember: true,
    apply: (request) => (request.reasoning === undefined ? request : { ...request, reasoning: undefined }),
  },
  {
    // "This model doesn't support the toolConfig.toolChoice.tool field."
    id: 'tool-choice',
    what: 'toolChoice set to auto',
    says: /toolChoice|tool_choice/,
    remember: true,
    apply: (request) => (isForced(request) ? { ...request, toolChoice: 'auto' } : request),
  },
  {
    // "You invoked an unsupported model or your request did not allow prompt caching."
    id: 'cache',
    what: 'cache points dropped',
    says: /cachePoint|cache_control|prompt caching/i,
    remember: true,
    apply: (request) => (isMarked(request) ? { ...request, cache: 'none' } : request),
  },
  {
    // "This model doesn't support system messages. Try again without a system message …"
    id: 'system',
    what: 'the system text leads the first message',
    says: /support[^.]*system/i,
    remember: true,
    apply: systemAsText,
  },
  {
    // "`temperature` and `top_p` cannot both be specified for this model."
    id: 'top-p',
    what: 'topP dropped',
    says: /top_?p/i,
    remember: true,
    apply: (request) => (request.topP === undefined ? request : { ...request, topP: undefined }),
  },
  {
    id: 'temperature',
    what: 'temperature dropped',
    says: /temperature/i,
    remember: true,
    apply: (request) =>
      request.temperature === undefined ? request : { ...request, temperature: undefined },
  },
];

/** What may be changed so that a refused request succeeds, if anything. */
export function recoveryFor(
  status: number,
  said: string,
  request: ModelRequest,
  streamed: boolean,
): Recovery | undefined {
  if (streamed && status === 403 && STREAM_DENIED.test(said)) return WITHOUT_STREAM;
  if (status !== 400) return undefined;
  if (streamed && STREAM_UNSUPPORTED.test(said)) return WITHOUT_STREAM;
  const remedy = REMEDIES.find(({ says, apply }) => says.test(said) && apply(request) !== request);
  if (remedy === undefined) return undefined;
  const { says: _says, ...recovery } = remedy;
  return recovery;
}

const isReasoning = ({ type }: AssistantPart): boolean => type === 'reasoning';
const isForced = ({ toolChoice }: ModelRequest): boolean =>
  toolChoice === 'required' || typeof toolChoice === 'object';
const isMarked = ({ cache }: ModelRequest): boolean => cache === 'short' || cache === 'long';

function withoutReasoningParts(request: ModelRequest): ModelRequest {
  if (!request.messages.some((message) => message.role === 'assistant' && message.parts.some(isReasoning)))
    return request;
  const messages = request.messages.map((message) =>
    message.role === 'assistant'
      ? { ...message, parts: message.parts.filter((part) => !isReasoning(part)) }
      : message,
  );
  return { ...request, messages };
}

function systemAsText(request: ModelRequest): ModelRequest {
  const { system, messages } = request;
  if (system === undefined) return request;
  const text = { role: 'user', parts: [{ type: 'text', text: system }] } as const;
  return { ...request, system: undefined, messages: [text, ...messages] };
}
