import type { ModelRequest } from '@majordomo/core';
import { cacheLifetime, type RecoveryRule, withAssistantParts } from '@majordomo/wire-kit/internal';
import type { ClaudeEffort } from './quirks.ts';

/** Function that returns `extra` with adaptive thinking at this effort. */
export type AdaptiveExtra = (effort: ClaudeEffort, extra: ModelRequest['extra']) => ModelRequest['extra'];

/**
 * Returns the recoveries for error messages of the Messages API and of Bedrock's Converse, which returns the messages of the
 * Messages API in a ValidationException. The messages were observed from 2024-09 to 2026-11. An unknown message remains an
 * error. The order matters: a rule with a specific message precedes the rules whose patterns also match it. `apply` receives the
 * numbers that `pattern` captures, and returns the same request if the rule changes nothing. With `remember`, later calls to the
 * target also apply the rule. With `setting`, only later calls with the rejected value of this setting do. A rule without
 * `remember` reacts to the content of a single request.
 */
export const claudeRecoveries = (adaptive: AdaptiveExtra): readonly RecoveryRule[] => [
  {
    // "Invalid `signature` in `thinking` block. The block is bound to a different conversation."
    // "`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks
    // must remain as they were in the original response."
    // `(?!thinking)` keeps the search linear.
    id: 'thinking-blocks',
    what: 'thinking of earlier turns dropped',
    pattern:
      /thinking(?:(?!thinking)[^])*(?:signature|cannot be modified|must remain as they|bound to)|signature(?:(?!signature)[^])*thinking/i,
    apply: withoutThinking,
  },
  {
    // "Expected `thinking` or `redacted_thinking`, but found `tool_use`."
    // "Thinking may not be enabled when tool_choice forces tool use."
    id: 'thinking-off',
    what: 'reasoning dropped',
    pattern: /expected `?thinking|start with a thinking block|thinking may not be enabled/i,
    apply: (request) => without(request, 'reasoning'),
  },
  {
    // "The compiled grammar is too large …"; "Schema is too complex."; "tools.0.custom.strict: Extra inputs are not permitted"
    // "too many parameters with union types …", "… optional parameters", and errors of a tool's input_schema
    id: 'strict',
    what: 'strict dropped from tools',
    remember: true,
    pattern:
      /compiled grammar|too complex|\bstrict\b|parameters with union types|optional parameters|tools\.\d+\.\w{0,40}\.?input_schema/i,
    apply: withoutStrict,
  },
  {
    // "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" …"
    id: 'thinking-adaptive',
    what: 'thinking budget replaced by adaptive thinking',
    remember: true,
    pattern: /thinking\.type\.enabled[^]{0,40}not supported/i,
    apply: (request) => withAdaptiveThinking(request, adaptive),
  },
  {
    // "adaptive thinking is not supported on this model"; "This model does not support effort level …"
    // Any message about `between_tools`, the type of thinking for reasoning "none".
    id: 'reasoning',
    what: 'reasoning dropped',
    remember: true,
    setting: 'reasoning',
    pattern:
      /(?:thinking|effort)[^]{0,100}not support|not support[^]{0,100}(?:thinking|effort)|between_tools/i,
    apply: (request) => without(request, 'reasoning'),
  },
  {
    // "`temperature` and `top_p` cannot both be specified for this model."
    id: 'top-p-with-temperature',
    what: 'topP dropped',
    remember: true,
    pattern: /temperature`? and `?top_?p`? cannot both/i,
    apply: (request) => without(request, 'topP'),
    isNeededFor: ({ temperature }) => temperature !== undefined,
  },
  ...SAMPLING.flatMap(samplingRules),
  ...SAMPLING.map(rejectedParameterRule),
  {
    // "tool_choice: type 'any' is not supported"; "This model doesn't support the toolConfig.toolChoice.any field."
    // "This model doesn't support the toolConfig.toolChoice.tool field."
    id: 'tool-choice',
    what: 'toolChoice set to auto',
    remember: true,
    setting: 'toolChoice',
    pattern: /tool_choice|toolChoice/,
    apply: (request) => (forcesTool(request) ? { ...request, toolChoice: 'auto' } : request),
  },
  {
    // "A maximum of 4 blocks with cache_control may be provided. Found 5."; "a ttl='1h' cache_control block must not come after a
    // ttl='5m' cache_control block". Markers in `extra` cause both, so requests without them keep their cache.
    id: 'cache-of-extra',
    what: 'cache markers dropped',
    pattern: /maximum of \d+ blocks with cache_control|cache_control[^]{0,40}must not come after/i,
    apply: withoutCache,
  },
  {
    // "system.0.cache_control.ttl: Extra inputs …"; "… or your request did not allow prompt caching."
    id: 'cache',
    what: 'cache markers dropped',
    remember: true,
    setting: 'cache',
    pattern: /cache_control|cachePoint|prompt caching/i,
    apply: withoutCache,
  },
  {
    // "max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens for …"
    // "The maximum tokens you requested exceeds the model limit of 4096. Try again with …" (vercel/ai#2772, 2024-08)
    id: 'max-tokens',
    what: "maxTokens lowered to the model's limit",
    remember: true,
    pattern: /(?:max_tokens: \d+ >|maximum tokens you requested exceeds the model limit of) (\d+)/i,
    apply: (request, [limit = 0]) => withMaxTokens(request, limit),
  },
  {
    // "input length and `max_tokens` exceed context limit: 180000 + 64000 > 200000, …"
    id: 'context-room',
    what: 'maxTokens lowered to the remaining context',
    pattern: /exceed context limit: (\d+) \+ (\d+) > (\d+)/,
    apply: (request, [input = 0, , limit = 0]) => withMaxTokens(request, limit - input),
  },
];

function withoutStrict(request: ModelRequest): ModelRequest {
  const { tools } = request;
  // A tool without `strict` is strict if its schema permits it.
  if (tools.every(({ strict }) => strict === false)) return request;
  return { ...request, tools: tools.map((tool) => ({ ...tool, strict: false })) };
}

const withoutThinking = (request: ModelRequest): ModelRequest =>
  withAssistantParts(request, (part) => (part.type === 'reasoning' ? undefined : part));

const without = (
  request: ModelRequest,
  setting: 'reasoning' | 'temperature' | 'topP' | 'topK',
): ModelRequest => (request[setting] === undefined ? request : { ...request, [setting]: undefined });

const forcesTool = ({ toolChoice }: ModelRequest): boolean =>
  toolChoice === 'required' || typeof toolChoice === 'object';

/** Sampling settings, with the patterns of their names in error messages. */
const SAMPLING = [
  { setting: 'topP', name: 'top_?p' },
  { setting: 'topK', name: 'top_?k' },
  { setting: 'temperature', name: 'temperature' },
] as const;

/** Returns the rule for a sampling parameter that the model never accepts. */
const rejectedParameterRule = ({ setting, name }: (typeof SAMPLING)[number]): RecoveryRule => ({
  // "`top_p` is deprecated for this model."; "top_k: Extra inputs are not permitted"
  id: setting,
  what: `${setting} dropped`,
  remember: true,
  pattern: new RegExp(name, 'i'),
  apply: (request) => without(request, setting),
});

/** Returns the rules for a sampling parameter that the API rejects while the model thinks, such as by default, or for its value. */
const samplingRules = ({ setting, name }: (typeof SAMPLING)[number]): readonly RecoveryRule[] => [
  {
    // "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode."; "`top_p` must be greater than or equal to
    // 0.95 or unset when thinking is enabled."; "`top_k` must be unset when thinking is enabled."
    id: `${setting} while thinking`,
    what: `${setting} dropped`,
    remember: true,
    setting: 'reasoning',
    pattern: new RegExp(`${name}[^]{0,60}thinking is enabled`, 'i'),
    apply: (request) => without(request, setting),
  },
  {
    // "top_k: Input should be less than or equal to 500"; "top_p: range: 0..1". Other values may be accepted.
    id: `value of ${setting}`,
    what: `${setting} dropped`,
    pattern: new RegExp(`${name}\\W{1,4}(?:input should be|range:)`, 'i'),
    apply: (request) => without(request, setting),
  },
];

function withAdaptiveThinking(request: ModelRequest, adaptive: AdaptiveExtra): ModelRequest {
  const { reasoning, extra } = request;
  if (reasoning === undefined || reasoning === 'none') return request;
  // Claude has no effort `minimal`.
  const effort = reasoning === 'minimal' ? 'low' : reasoning;
  return { ...request, reasoning: undefined, extra: adaptive(effort, extra) };
}

function withoutCache(request: ModelRequest): ModelRequest {
  const isCached = (cacheLifetime(request.cache) ?? 'none') !== 'none';
  return isCached ? { ...request, cache: undefined } : request;
}

function withMaxTokens(request: ModelRequest, limit: number): ModelRequest {
  // Without `maxTokens`, the provider sends the maximum that it assumes for the model.
  const isWithinLimit = request.maxTokens !== undefined && request.maxTokens <= limit;
  if (limit < 1 || isWithinLimit) return request;
  return { ...request, maxTokens: limit };
}
