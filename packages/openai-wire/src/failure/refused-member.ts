import type { ModelRequest, Recovery } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import type { ReportedFailure } from './reported.ts';
import { withExtra, type SentBody } from './recovery.ts';

/** How servers name a member that they do not take, where the error has no `param`; each seen on a wire. */
const NAMED: readonly RegExp[] = [
  /(?:unsupported|unknown|unrecognized) (?:parameter|value|field|key|argument)s?:? [`'"]([\w.]+)[`'"]/i,
  /unrecognized request arguments? supplied: ([\w.]+)/i,
  /(?:property|parameter|argument|field) [`'"]([\w.]+)[`'"] is (?:not supported|unsupported|not permitted|unknown)/i,
  /[`'"]([\w.]+)[`'"] is not supported (?:with|by|for|on) this model/i,
  /not supported on this model: ([\w.]+)/i,
];

/** Codes of an error whose `param` is a member that could go. */
const CODES: ReadonlySet<string> = new Set([
  'unsupported_parameter',
  'unknown_parameter',
  'unsupported_value',
  'extra_forbidden',
]);

/** Without these the request would be another one. */
const NEEDED: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'input',
  'text',
  'tools',
  'tool_choice',
  'response_format',
  'stream',
]);

/** The two names of the limit: a server that refuses one and names the other gets that. */
const OTHER_LIMIT: ReadonlyMap<string, string> = new Map([
  ['max_tokens', 'max_completion_tokens'],
  ['max_completion_tokens', 'max_tokens'],
]);

/** Without the member of the body that was named as unknown or unsupported; `undefined` where none can be spared. */
export function withoutRefusedMember(failure: ReportedFailure, sent: SentBody): Recovery | undefined {
  const member = refusedMember(failure);
  if (member === 'stream' && sent['stream'] === true) return UNSTREAMED;
  if (member === undefined || NEEDED.has(member) || !Object.hasOwn(sent, member)) return undefined;
  const other = OTHER_LIMIT.get(member);
  if (other !== undefined && failure.message.includes(other)) return renamed(member, other);
  return SAMPLING.has(member) ? withoutSampling(member, reasonsIn(sent)) : dropped(member);
}

/** Some models take these only while they do not reason, and others only while they do. */
const SAMPLING: ReadonlySet<string> = new Set(['temperature', 'top_p']);

const reasonsIn = ({ reasoning_effort: chat, reasoning }: SentBody): boolean => {
  const effort = chat ?? asRecord(reasoning)['effort'];
  return effort !== undefined && effort !== 'none';
};

const reasons = ({ reasoning }: ModelRequest): boolean => reasoning !== undefined && reasoning !== 'none';

const withoutSampling = (member: string, whileReasoning: boolean): Recovery => ({
  ...dropped(member),
  id: `drop ${member}${whileReasoning ? ' while reasoning' : ''}`,
  isNeededFor: (request) => asks(request, member) && reasons(request) === whileReasoning,
});

/** `stream_options.include_usage` names a member of a member: the whole one goes. */
function refusedMember({ code, type, param, message }: ReportedFailure): string | undefined {
  const isCode = CODES.has(code ?? '') || CODES.has(type ?? '');
  const named = isCode && param !== undefined ? param : firstMatch(message);
  return named?.split('.')[0];
}

function firstMatch(message: string): string | undefined {
  for (const pattern of NAMED) {
    const found = pattern.exec(message)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Members that mean nothing without another one. */
const BESIDE: Readonly<Record<string, object>> = {
  logprobs: { top_logprobs: undefined },
  top_logprobs: { logprobs: undefined },
};

const dropped = (member: string): Recovery => ({
  id: `drop ${member}`,
  what: `${member} dropped`,
  apply: (request) => withExtra(request, { [member]: undefined, ...BESIDE[member] }),
  remember: true,
  isNeededFor: (request) => asks(request, member),
});

/** Where a member of the body comes from; what is not here is sent with every request. */
const ASKED: Readonly<Record<string, (request: ModelRequest) => unknown>> = {
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
  max_tokens: ({ maxTokens }) => maxTokens,
  max_completion_tokens: ({ maxTokens }) => maxTokens,
  max_output_tokens: ({ maxTokens }) => maxTokens,
  reasoning_effort: ({ reasoning }) => reasoning,
};

const asks = (request: ModelRequest, member: string): boolean => {
  const asked = Object.hasOwn(ASKED, member) ? ASKED[member] : undefined;
  return asked === undefined || asked(request) !== undefined || request.extra[member] !== undefined;
};

const renamed = (member: string, other: string): Recovery => ({
  id: `drop ${member}`,
  what: `${member} sent as ${other}`,
  apply: (request) => withExtra(request, { [member]: undefined, [other]: request.maxTokens }),
  remember: true,
});

/** Some accounts may call a model but not stream it. */
const UNSTREAMED: Recovery = {
  id: 'complete',
  what: 'asked for a whole answer',
  apply: (request) => request,
  delivery: 'complete',
  remember: true,
};
