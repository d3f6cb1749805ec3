import type { ModelRequest, Recovery } from '@majordomo/core';
import type { ChatFailure } from '../failure/failure.ts';
import { FORGET } from '../failure/forget.ts';
import { recoveryFor as memberRecovery, refusesStrict, unstrict } from '../chat/recovery.ts';
import type { ResponsesParams } from './request.ts';
import { withTextResults } from './text-results.ts';
import { toolsToWire } from './tools.ts';

/**
 * The remedy for a 400 or 422: without encrypted reasoning that the backend cannot verify, without the wish for it at
 * models that have none, without a summary that the account may not see, without parts in tool results, without strict
 * schemas, or without a member that was named.
 */
export function recoveryFor(
  failure: ChatFailure,
  status: number,
  sent: ResponsesParams,
): Recovery | undefined {
  if (status !== 400 && status !== 422) return undefined;
  const { code, message, param } = failure;
  if (
    code === 'invalid_encrypted_content' ||
    /encrypted content .*could not be (?:verified|decrypted)/i.test(message)
  )
    return FORGET;
  if (
    sent['include'] !== undefined &&
    (param === 'include' || /^encrypted content is not supported/i.test(message))
  )
    return UNASKED;
  if (refusesParts(failure, sent)) return TEXT_RESULTS;
  if (refusesStrict(failure, sent)) return UNSTRICT;
  if (param === 'reasoning.summary' && sent['reasoning'] !== undefined) return UNSUMMARISED;
  return memberRecovery(failure, status, sent);
}

const UNASKED: Recovery = {
  id: 'drop include',
  what: 'include dropped',
  apply: (request) => withExtra(request, { include: undefined }),
  remember: true,
};

const UNSUMMARISED: Recovery = {
  id: 'drop reasoning.summary',
  what: 'reasoning.summary dropped',
  apply: (request) =>
    withExtra(request, {
      reasoning: request.reasoning === undefined ? undefined : { effort: request.reasoning },
    }),
  remember: true,
};

/** Backends that copied the wire before tool results could hold parts say so in their own words. */
function refusesParts({ message, param }: ChatFailure, { input }: ResponsesParams): boolean {
  const hasParts = Array.isArray(input) && input.some(isPartsResult);
  return hasParts && (/^input.*\boutput\b/.test(param ?? '') || PARTS_REFUSED.test(message));
}

const PARTS_REFUSED =
  /\boutput['"`]?:? (?:must|should|has to) be (?:a )?(?:valid )?(?:string|text)|input(?:\.|\[)\d+\]?\.output|expected (?:a )?string|should be a valid string|(?:tool|function)[\w ]*(?:message|output|result)s?\b.*\b(?:text|string)s?\b/i;

const isPartsResult = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && 'output' in item && Array.isArray(item.output);

const TEXT_RESULTS: Recovery = {
  id: 'text results',
  what: 'images of tool results sent in a user message',
  apply: (request) => ({ ...request, messages: withTextResults(request.messages) }),
  remember: true,
};

const UNSTRICT: Recovery = unstrict(
  ({ name, schema }) => ({ text: { format: { type: 'json_schema', name, schema, strict: false } } }),
  toolsToWire,
);

const withExtra = (request: ModelRequest, members: Readonly<Record<string, unknown>>): ModelRequest => ({
  ...request,
  extra: { ...request.extra, ...members },
});
