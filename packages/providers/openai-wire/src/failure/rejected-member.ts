import type { ModelRequest, Recovery } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { cacheLifetime } from '@majordomo/wire-kit/internal';
import type { ReportedFailure } from './reported-failure.ts';

/** Body of the rejected Chat Completions or Responses request. */
export type SentBody = Readonly<Record<string, unknown>>;

/** Members of the rejected request on which recoveries depend. */
export type RejectedRequest = Pick<ModelRequest, 'messages' | 'extra'>;

/** Returns the request with these properties in its body. A property with the value `undefined` is removed from the body. */
export const withExtra = (request: ModelRequest, members: object): ModelRequest => ({
  ...request,
  extra: { ...request.extra, ...members },
});

/** Patterns of error messages of real servers that name the rejected property, for errors whose `param` does not name it. */
const MESSAGES: readonly RegExp[] = [
  /(?:unsupported|unknown|unrecognized) (?:parameter|value|field|key|argument)s?:? [`'"]([\w.]+)[`'"]/i,
  /unrecognized request arguments? supplied: ([\w.]+)/i,
  /(?:property|parameter|argument|field) [`'"]([\w.]+)[`'"] is (?:not supported|unsupported|not permitted|unknown)/i,
  /[`'"]([\w.]+)[`'"] is not supported (?:with|by|for|on) this model/i,
  /not supported on this model: ([\w.]+)/i,
  // Without quotes, only a name with an underscore is certain to be a property.
  /^([a-z]+(?:_[a-z]+)+) is not supported (?:with|by|for|on) this model/i,
];

/** Codes and types of errors whose `param` names a property that can be removed. */
const CODES: ReadonlySet<string> = new Set([
  'unsupported_parameter',
  'unknown_parameter',
  'unsupported_value',
  'extra_forbidden',
]);

/** Properties that are never removed, because a request without them would have another meaning. */
const ESSENTIAL: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'input',
  'instructions',
  'conversation',
  'previous_response_id',
  'prompt',
  'text',
  'tools',
  'tool_choice',
  'response_format',
  'stream',
]);

/** Names of the output limit. If a server rejects one name and its error contains the other, the other name is sent. */
const OTHER_LIMIT: ReadonlyMap<string, string> = new Map([
  ['max_tokens', 'max_completion_tokens'],
  ['max_completion_tokens', 'max_tokens'],
]);

/** Returns a recovery that drops or renames the rejected property or disables streaming; `undefined` if it must not change. */
export function rejectedMemberRecovery(
  failure: ReportedFailure,
  sent: SentBody,
  { extra }: RejectedRequest,
): Recovery | undefined {
  const member = rejectedMember(failure);
  if (member === 'stream' && sent['stream'] === true) return NON_STREAMING;
  if (member === undefined || ESSENTIAL.has(member) || !Object.hasOwn(sent, member)) return undefined;
  const other = OTHER_LIMIT.get(member);
  if (other !== undefined && failure.message.includes(other)) return renameRecovery(member, other);
  if (SAMPLING.has(member)) return samplingRecovery(member, reasonsIn(sent));
  // A later request contains such a property only if its `extra` does. `dropRecovery` would apply to every request.
  const isOnlyInExtra = extra[member] !== undefined && !Object.hasOwn(SETTINGS, member);
  if (isOnlyInExtra) return extraRecovery(member, isValueRejection(failure) ? extra[member] : undefined);
  if (!isValueRejection(failure)) return dropRecovery(member);
  const effort = EFFORT.has(member) ? effortIn(sent) : undefined;
  if (effort !== undefined) return valueRecovery(member, effort, effortOf);
  if (!NAMED_VALUES.has(member)) return dropRecovery(member);
  return valueRecovery(
    member,
    sent[member],
    (request) => request.extra[member] ?? SETTINGS[member]?.(request),
  );
}

/** Returns the recovery for a property that the caller added, and of which the server rejected the value if `value` is defined. */
const extraRecovery = (member: string, value: unknown): Recovery => ({
  ...dropRecovery(member),
  isNeededFor: ({ extra }) =>
    extra[member] !== undefined &&
    (value === undefined || JSON.stringify(extra[member]) === JSON.stringify(value)),
});

/** Properties with the reasoning effort, of Chat Completions and of Responses. */
const EFFORT: ReadonlySet<string> = new Set(['reasoning_effort', 'reasoning']);

/** Whether the server rejected the value of the property, so that another value may succeed (OpenAI, 2026). */
export const isValueRejection = ({ code, message }: ReportedFailure): boolean =>
  code === 'unsupported_value' || /unsupported value/i.test(message);

const effortIn = ({ reasoning_effort: chat, reasoning }: SentBody): unknown =>
  chat ?? asRecord(reasoning)['effort'];

const effortOf = ({ extra, reasoning }: ModelRequest): unknown => effortIn(extra) ?? reasoning;

/** Properties whose values are names, of which a model or an account may accept some. */
const NAMED_VALUES: ReadonlySet<string> = new Set(['service_tier', 'verbosity']);

/** Returns the recovery for a rejected value. Requests with another value, by `valueOf`, do not need it. */
const valueRecovery = (
  member: string,
  value: unknown,
  valueOf: (request: ModelRequest) => unknown,
): Recovery => ({
  ...dropRecovery(member),
  id: `drop ${member} ${String(value)}`,
  isNeededFor: (request) => valueOf(request) === value,
});

/** Properties that a model may reject only with reasoning, or only without reasoning. */
const SAMPLING: ReadonlySet<string> = new Set(['temperature', 'top_p']);

const isReasoning = (effort: unknown): boolean => effort !== undefined && effort !== 'none';
const reasonsIn = (sent: SentBody): boolean => isReasoning(effortIn(sent));
const reasons = (request: ModelRequest): boolean => isReasoning(effortOf(request));

const samplingRecovery = (member: string, whileReasoning: boolean): Recovery => ({
  ...dropRecovery(member),
  id: `drop ${member}${whileReasoning ? ' while reasoning' : ''}`,
  isNeededFor: (request) => hasMember(request, member) && reasons(request) === whileReasoning,
});

/** Returns the name of the rejected top-level property: `stream_options` for `stream_options.include_usage`. */
function rejectedMember({ code, type, param, message }: ReportedFailure): string | undefined {
  // `invalid_parameter` counts as a rejection only of `prompt_cache_*`. For any other property, it can mean an invalid value.
  const isCacheRefusal = code === 'invalid_parameter' && param?.startsWith('prompt_cache_') === true;
  const isCode = CODES.has(code ?? '') || CODES.has(type ?? '') || isCacheRefusal;
  const named = isCode && param !== undefined ? param : memberInMessage(message);
  return named?.split('.')[0];
}

function memberInMessage(message: string): string | undefined {
  for (const pattern of MESSAGES) {
    const found = pattern.exec(message)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Properties to remove together with a rejected property. The key is the name of the rejected property. */
const DEPENDENT: Readonly<Record<string, object>> = {
  logprobs: { top_logprobs: undefined },
  top_logprobs: { logprobs: undefined },
};

const dropRecovery = (member: string): Recovery => ({
  id: `drop ${member}`,
  what: `${member} dropped`,
  apply: (request) => withExtra(request, { [member]: undefined, ...DEPENDENT[member] }),
  remember: true,
  isNeededFor: (request) => hasMember(request, member),
});

/** Settings of the request, by the body property that they determine. Any other property is treated as part of every body. */
const SETTINGS: Readonly<Record<string, (request: ModelRequest) => unknown>> = {
  temperature: ({ temperature }) => temperature,
  top_p: ({ topP }) => topP,
  stop: ({ stop }) => stop,
  seed: ({ seed }) => seed,
  top_k: ({ topK }) => topK,
  frequency_penalty: ({ frequencyPenalty }) => frequencyPenalty,
  presence_penalty: ({ presencePenalty }) => presencePenalty,
  logprobs: ({ logprobs }) => logprobs,
  top_logprobs: ({ logprobs }) => logprobs,
  service_tier: ({ serviceTier }) => serviceTier,
  safety_identifier: ({ endUser }) => endUser,
  verbosity: ({ verbosity }) => verbosity,
  prompt_cache_retention: ({ cache }) => (cacheLifetime(cache) === 'long' ? cache : undefined),
  prompt_cache_options: ({ cache }) => cache,
  prompt_cache_key: ({ cache }) => (cacheLifetime(cache) === 'none' ? undefined : cache),
  max_tokens: ({ maxTokens }) => maxTokens,
  max_completion_tokens: ({ maxTokens }) => maxTokens,
  max_output_tokens: ({ maxTokens }) => maxTokens,
  reasoning_effort: ({ reasoning }) => reasoning,
  reasoning: ({ reasoning, reasoningSummary }) => reasoning ?? reasoningSummary,
};

const hasMember = (request: ModelRequest, member: string): boolean => {
  const setting = Object.hasOwn(SETTINGS, member) ? SETTINGS[member] : undefined;
  return setting === undefined || setting(request) !== undefined || request.extra[member] !== undefined;
};

const renameRecovery = (member: string, other: string): Recovery => ({
  // The id of `dropRecovery`. A call applies a recovery with the same id once, so it either renames or drops a member.
  id: `drop ${member}`,
  what: `${member} sent as ${other}`,
  apply: (request) => {
    const { extra, maxTokens } = request;
    return withExtra(request, { [member]: undefined, [other]: extra[other] ?? extra[member] ?? maxTokens });
  },
  remember: true,
  isNeededFor: (request) => hasMember(request, member),
});

/** Recovery that repeats the request without streaming, for accounts that may not stream a model's response. */
const NON_STREAMING: Recovery = {
  id: 'complete',
  what: 'requested a non-streaming response',
  apply: (request) => request,
  delivery: 'complete',
  remember: true,
};
