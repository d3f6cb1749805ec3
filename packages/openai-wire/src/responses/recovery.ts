import type { Recovery } from '@majordomo/core';
import { asList, asRecord, isList } from '@majordomo/core/toolkit';
import type { ReportedFailure } from '../failure/reported.ts';
import { FORGET } from '../failure/forget.ts';
import {
  blamesBody,
  failsAtGrammar,
  refusesStrict,
  simplerSchemas,
  toldSchema,
  unstrict,
  withExtra,
  type SentBody,
} from '../failure/recovery.ts';
import { withoutRefusedMember } from '../failure/refused-member.ts';
import { schemaFormat } from './format.ts';
import { withTextResults } from '../transcript/text-results.ts';
import { OPENAI_RESPONSES_QUIRKS, type ResponsesQuirks } from './quirks.ts';
import { reasoningToWire } from './request.ts';
import { toolsToWire } from './tools.ts';
import { isVendorItem } from './vendor-items.ts';

/**
 * The changed request that may succeed after a 400 or 422: without encrypted reasoning that the backend cannot verify,
 * without the wish for it at models that have none, without a summary that the account may not see, without parts in
 * tool results, without strict schemas, or without a member that was named.
 */
export function recoveryFor(
  failure: ReportedFailure,
  status: number,
  sent: SentBody,
  quirks: ResponsesQuirks = OPENAI_RESPONSES_QUIRKS,
): Recovery | undefined {
  const { code, message, param } = failure;
  // An item that went back as it came, at a server that keeps none.
  if (status === 404 && /^item with id/i.test(message) && hasKept(sent)) return FORGET;
  if (!blamesBody(status)) return undefined;
  if (
    code === 'invalid_encrypted_content' ||
    /encrypted content (?:(?!encrypted content).)*could not be (?:verified|decrypted)/i.test(message)
  )
    return FORGET;
  if (KEPT_REFUSED.test(message) && hasKept(sent)) return FORGET;
  if (
    sent['include'] !== undefined &&
    (param === 'include' || /^encrypted content is not supported/i.test(message))
  )
    return UNASKED;
  if (refusesParts(failure, sent)) return TEXT_RESULTS;
  if (refusesStrict(failure, sent)) return UNSTRICT;
  if (param === 'reasoning.summary' && sent['reasoning'] !== undefined) return unsummarised(quirks);
  const schemaTold = toldSchema(failure, sent, (format) => ({ text: format && { format } }));
  if (schemaTold !== undefined) return schemaTold;
  if (failsAtGrammar(failure)) return simplerSchemas(sent);
  return withoutRefusedMember(failure, sent);
}

/** What is said of items that went back as they came, at a server or an account that knows nothing of them. */
const KEPT_REFUSED =
  /\b(?:program|tool_search|compaction|caller|fingerprint|web_search|x_search|file_search|code_interpreter|image_generation|mcp_)|\binput\[\d+\]\.type\b/i;

const hasKept = ({ input }: SentBody): boolean =>
  asList(input).some((item) => isVendorItem(asRecord(item)) || asRecord(item)['caller'] !== undefined);

const UNASKED: Recovery = {
  id: 'drop include',
  what: 'include dropped',
  apply: (request) => withExtra(request, { include: undefined }),
  remember: true,
};

const unsummarised = (quirks: ResponsesQuirks): Recovery => ({
  id: 'drop reasoning.summary',
  what: 'reasoning.summary dropped',
  apply: (request) =>
    withExtra(request, {
      reasoning: reasoningToWire(request.reasoning, { ...quirks, reasoningSummary: 'omit' }, []),
    }),
  remember: true,
});

/** Backends that copied the wire before tool results could hold parts say so in their own words. */
function refusesParts({ message, param }: ReportedFailure, { input }: SentBody): boolean {
  const hasParts = Array.isArray(input) && input.some(isPartsResult);
  return hasParts && (/^input.*\boutput\b/.test(param ?? '') || PARTS_REFUSED.test(message));
}

const PARTS_REFUSED =
  /\boutput['"`]?:? (?:must|should|has to) be (?:a )?(?:valid )?(?:string|text)|input(?:\.|\[)\d+\]?\.output|expected (?:a )?string|should be a valid string|(?:tool|function)[\w ]{0,30}(?:message|output|result)s?\b.{0,60}\b(?:text|string)s?\b/i;

const isPartsResult = (item: unknown): boolean => isList(asRecord(item)['output']);

const TEXT_RESULTS: Recovery = {
  id: 'text results',
  what: 'images of tool results sent in a user message',
  apply: (request) => ({ ...request, messages: withTextResults(request.messages) }),
  remember: true,
  isNeededFor: ({ messages }) =>
    messages.some(
      ({ role, parts }) =>
        role === 'tool' && parts.some(({ content }) => content.some(({ type }) => type === 'image')),
    ),
};

const UNSTRICT: Recovery = unstrict(
  ({ name, schema }) => ({ text: { format: schemaFormat({ name, schema, strict: false }) } }),
  toolsToWire,
);
