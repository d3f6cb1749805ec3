import type { AssistantPart, ModelRequest, Recovery } from '@majordomo/core';
import type { ClaudeEffort } from './quirks.ts';
import { isForced } from './tool-choice.ts';

/** A recovery, and when it helps. */
export interface RecoveryRule extends Pick<Recovery, 'id' | 'what' | 'remember'> {
  /** What a 400 says that this helps against; the first rule that changes the request is taken. */
  readonly says: RegExp;
  /**
   * The same object where nothing of the kind is in the request. `found`: the numbers that the message named.
   */
  readonly apply: (request: ModelRequest, found: readonly number[]) => ModelRequest;
}

/** What may be changed so that a request succeeds which was refused with these words, if anything. */
export function recoveryFor(
  said: string,
  request: ModelRequest,
  rules: readonly RecoveryRule[],
): Recovery | undefined {
  for (const { says, apply, id, what, remember } of rules) {
    const match = says.exec(said);
    if (match === null) continue;
    const found = match.slice(1).map(Number);
    if (apply(request, found) !== request)
      return { id, what, remember, apply: (refused) => apply(refused, found) };
  }
  return undefined;
}

/** A request's `extra`, changed so that it asks for adaptive thinking with this effort. */
export type AdaptiveExtra = (effort: ClaudeEffort, extra: ModelRequest['extra']) => ModelRequest['extra'];

/**
 * What helps against Claude's refusals, in the words of both platforms: the Messages API's own, which Converse passes on
 * in a ValidationException, and those that Converse puts in their place. Seen on the wires from 2024-09 to 2026-11. When
 * they are reworded, the 400 is simply final.
 *
 * @param adaptive `extra` with what asks this platform for adaptive thinking; what the caller put there wins
 */
export const claudeRecoveries = (adaptive: AdaptiveExtra): readonly RecoveryRule[] => [
  {
    // "Invalid `signature` in `thinking` block. The block is bound to a different conversation."
    // "`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks
    // must remain as they were in the original response."
    id: 'thinking-blocks',
    what: 'thinking of earlier turns dropped',
    says: /thinking(?:(?!thinking)[^])*(?:signature|cannot be modified|must remain as they|bound to)|signature(?:(?!signature)[^])*thinking/i,
    apply: withoutThinking,
  },
  {
    // "Expected `thinking` or `redacted_thinking`, but found `tool_use`."
    // "Thinking may not be enabled when tool_choice forces tool use."
    id: 'thinking-off',
    what: 'reasoning dropped',
    says: /expected `?thinking|start with a thinking block|thinking may not be enabled/i,
    apply: withoutReasoning,
  },
  {
    // "The compiled grammar is too large …"; "Schema is too complex."; "tools.0.custom.strict: Extra inputs are not permitted"
    id: 'strict',
    what: 'strict dropped from tools',
    remember: true,
    says: /compiled grammar|too complex|\bstrict\b|parameters with union types|optional parameters|tools\.\d+\.\w{0,40}\.?input_schema/i,
    apply: withoutStrict,
  },
  {
    // "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" …"
    id: 'thinking-adaptive',
    what: 'thinking budget replaced by adaptive thinking',
    remember: true,
    says: /thinking\.type\.enabled[^]{0,40}not supported/i,
    apply: (request) => adaptively(request, adaptive),
  },
  {
    // "adaptive thinking is not supported on this model"; "This model does not support effort level …"
    id: 'reasoning',
    what: 'reasoning dropped',
    remember: true,
    says: /(?:thinking|effort)[^]{0,100}not support|not support[^]{0,100}(?:thinking|effort)|between_tools/i,
    apply: withoutReasoning,
  },
  {
    // "`temperature` and `top_p` cannot both be specified for this model."
    id: 'top-p',
    what: 'topP dropped',
    remember: true,
    says: /top_?p/i,
    apply: (request) => (request.topP === undefined ? request : { ...request, topP: undefined }),
  },
  {
    // "`top_k` must be unset when thinking is enabled"
    id: 'top-k',
    what: 'topK dropped',
    remember: true,
    says: /top_?k/i,
    apply: (request) => (request.topK === undefined ? request : { ...request, topK: undefined }),
  },
  {
    // "`temperature` is deprecated for this model."; "temperature: Extra inputs are not permitted"
    id: 'temperature',
    what: 'temperature dropped',
    remember: true,
    says: /temperature/i,
    apply: (request) =>
      request.temperature === undefined ? request : { ...request, temperature: undefined },
  },
  {
    // "tool_choice: type 'any' is not supported"; "This model doesn't support the toolConfig.toolChoice.tool field."
    id: 'tool-choice',
    what: 'toolChoice set to auto',
    remember: true,
    says: /tool_choice|toolChoice/,
    apply: (request) => (isForced(request.toolChoice) ? { ...request, toolChoice: 'auto' } : request),
  },
  {
    // "system.0.cache_control.ttl: Extra inputs …"; "… or your request did not allow prompt caching."
    id: 'cache',
    what: 'cache markers dropped',
    remember: true,
    says: /cache_control|cachePoint|prompt caching/i,
    apply: (request) => (isMarked(request) ? { ...request, cache: 'none' } : request),
  },
  {
    // "max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens for …"
    id: 'max-tokens',
    what: "maxTokens lowered to the model's most",
    remember: true,
    says: /max_tokens: \d+ > (\d+)/,
    apply: lowered,
  },
  {
    // "The maximum tokens you requested exceeds the model limit of 4096. Try again with …" (vercel/ai#2772, 2024-08)
    id: 'max-tokens',
    what: "maxTokens lowered to the model's most",
    remember: true,
    says: /maximum tokens you requested exceeds the model limit of (\d+)/i,
    apply: lowered,
  },
  {
    // "input length and `max_tokens` exceed context limit: 180000 + 64000 > 200000, …"
    id: 'context-room',
    what: 'maxTokens lowered to what the context has room for',
    says: /exceed context limit: (\d+) \+ (\d+) > (\d+)/,
    apply: (request, [input = 0, , limit = 0]) => atMost(request, limit - input),
  },
];

function withoutStrict(request: ModelRequest): ModelRequest {
  const { tools } = request;
  if (tools.every(({ strict }) => strict === false)) return request;
  return { ...request, tools: tools.map((tool) => ({ ...tool, strict: false })) };
}

const isReasoning = ({ type }: AssistantPart): boolean => type === 'reasoning';

function withoutThinking(request: ModelRequest): ModelRequest {
  const has = request.messages.some(
    (message) => message.role === 'assistant' && message.parts.some(isReasoning),
  );
  if (!has) return request;
  const messages = request.messages.map((message) =>
    message.role === 'assistant'
      ? { ...message, parts: message.parts.filter((part) => !isReasoning(part)) }
      : message,
  );
  return { ...request, messages };
}

function withoutReasoning(request: ModelRequest): ModelRequest {
  return request.reasoning === undefined ? request : { ...request, reasoning: undefined };
}

function adaptively(request: ModelRequest, adaptive: AdaptiveExtra): ModelRequest {
  const { reasoning, extra } = request;
  if (reasoning === undefined || reasoning === 'none') return request;
  const effort = reasoning === 'minimal' ? 'low' : reasoning;
  return { ...request, reasoning: undefined, extra: adaptive(effort, extra) };
}

const isMarked = ({ cache }: ModelRequest): boolean => cache === 'short' || cache === 'long';

const lowered = (request: ModelRequest, [most = 0]: readonly number[]): ModelRequest => atMost(request, most);

function atMost(request: ModelRequest, most: number): ModelRequest {
  if (most < 1 || (request.maxTokens !== undefined && request.maxTokens <= most)) return request;
  return { ...request, maxTokens: most };
}
