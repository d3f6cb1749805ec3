import type { JsonObject, ModelRequest, Recovery } from '@majordomo/core';
import { asList, asRecord, asText, isList } from '@majordomo/core/toolkit';
import {
  hasMedia,
  WITHOUT_PROGRAMS,
  WITHOUT_TOOL_LOADING,
  withTextResults,
} from '@majordomo/wire-kit/internal';
import type { ReportedFailure } from '../failure/reported-failure.ts';
import { isBodyRejection, replayRecovery, sharedRecovery, type BodyForms } from '../failure/recovery.ts';
import {
  isValueRejection,
  withExtra,
  type RejectedRequest,
  type SentBody,
} from '../failure/rejected-member.ts';
import { isLoadingRejection } from './additional-tools.ts';
import { containerRecovery } from './containers.ts';
import { itemsNamed, keptMembersRecovery } from './kept-members.ts';
import type { ResponsesQuirks } from './quirks.ts';
import { hasProgramTool } from './programs.ts';
import { ENCRYPTED_REASONING, LOGPROBS, reasoningToWire } from './request.ts';
import { schemaFormat, toolsToWire } from './tools.ts';
import { isVendorItem } from './vendor-parts.ts';

/**
 * Returns a change with which the request may succeed; `undefined` if no such change is known. An error about a container counts
 * with any status, every other error only with 400, 404 or 422.
 */
export function recoveryFor(
  failure: ReportedFailure,
  status: number,
  sent: SentBody,
  quirks: ResponsesQuirks,
  request: RejectedRequest,
): Recovery | undefined {
  const { message, param } = failure;
  if (isBodyRejection(status) && isLoadingRejection(failure, sent)) return WITHOUT_TOOL_LOADING;
  // The server does not have an item or a container that the request refers to. Its status is not always 400 or 422.
  const isItemMissing = status === 404 && /^item with id/i.test(message);
  if (isItemMissing && hasVendorItems(sent)) return replayRecovery(request);
  const withoutContainer = containerRecovery(message, sent);
  if (withoutContainer !== undefined) return withoutContainer;
  if (!isBodyRejection(status)) return undefined;
  const text = `${message} ${param ?? ''}`;
  if (PROGRAMS_REJECTED.test(text) && hasProgramTool(sent['tools'])) return WITHOUT_PROGRAMS;
  const withoutMembers = keptMembersRecovery(text, sent);
  if (withoutMembers !== undefined) return withoutMembers;
  const isItemRejected =
    (VENDOR_ITEM_REJECTED.test(text) && hasVendorItems(sent)) || namesVendorItem(text, sent);
  if (isItemRejected || isReplayRejection(failure)) return replayRecovery(request);
  if (isIncludeRejection(failure) && sent['include'] !== undefined) return withoutInclude(failure, sent);
  if (isPartsRejection(failure, sent)) return TEXT_RESULTS;
  if (param === 'reasoning.summary' && sent['reasoning'] !== undefined)
    return withoutSummary(failure, sent, quirks);
  return sharedRecovery(failure, sent, FORMS, request);
}

const FORMS: BodyForms = {
  formatMembers: (format) => ({ text: format && { format } }),
  schemaFormat,
  toolsToWire,
};

/** Whether the server rejected encrypted reasoning: "The encrypted content could not be verified." */
const isReplayRejection = ({ code, message }: ReportedFailure): boolean =>
  code === 'invalid_encrypted_content' ||
  /encrypted content (?:(?!encrypted content).)*could not be (?:verified|decrypted)/i.test(message);

const isIncludeRejection = ({ message, param }: ReportedFailure): boolean =>
  param === 'include' || /^encrypted content is not supported/i.test(message);

/** Error messages about vendor items that the server or the account cannot read. */
const VENDOR_ITEM_REJECTED =
  /\b(?:program|tool_search|compaction|caller|fingerprint|web_search|x_search|file_search|code_interpreter|image_generation|mcp_)|\binput\[\d+\]\.type\b/i;

/** Error messages of servers and models that do not run programs which call tools. */
const PROGRAMS_REJECTED = /programmatic|allowed_callers/i;

const hasVendorItems = ({ input }: SentBody): boolean =>
  asList(input).some((item) => isVendorItem(asRecord(item)) || asRecord(item)['caller'] !== undefined);

/** Whether an error names a vendor item by its place or by its type, such as "Invalid value: 'future_item'". */
function namesVendorItem(text: string, sent: SentBody): boolean {
  const words = new Set(text.split(/\W+/));
  const vendorItems = asList(sent['input']).filter((item) => isVendorItem(asRecord(item)));
  const named = itemsNamed(text, sent);
  return vendorItems.some((item) => named.includes(item) || words.has(String(asRecord(item)['type'])));
}

/** Returns the recovery without `include`, which later requests need if they also send one of the rejected values. */
function withoutInclude({ message }: ReportedFailure, { include }: SentBody): Recovery {
  const values = asList(include);
  const named = values.filter((value) => typeof value === 'string' && message.includes(value));
  const fromExtra = values.filter((value) => value !== ENCRYPTED_REASONING && value !== LOGPROBS);
  const likely = fromExtra.length === 0 ? values : fromExtra;
  // An error that names no value is about encrypted reasoning, or most likely about the values that the caller added.
  const unnamed = /encrypted content/i.test(message) ? [ENCRYPTED_REASONING] : likely;
  const rejected = named.length === 0 ? unnamed : named;
  return {
    id: `drop include${rejected.includes(ENCRYPTED_REASONING) ? '' : ' for some values'}`,
    what: 'include dropped',
    apply: (request) => withExtra(request, { include: undefined }),
    remember: true,
    isNeededFor: (request) => rejected.some((value) => includes(request, value)),
  };
}

const includes = ({ extra, logprobs }: ModelRequest, value: unknown): boolean =>
  value === ENCRYPTED_REASONING ||
  (value === LOGPROBS && (logprobs ?? extra['top_logprobs']) !== undefined) ||
  asList(extra['include']).includes(value);

/** Returns the recovery without a summary. A rejected value, such as `concise`, does not concern requests with another value. */
function withoutSummary(failure: ReportedFailure, sent: SentBody, quirks: ResponsesQuirks): Recovery {
  const value = isValueRejection(failure) ? asText(asRecord(sent['reasoning'])['summary']) : undefined;
  return {
    id: `drop reasoning.summary${value === undefined ? '' : ` ${value}`}`,
    what: 'reasoning.summary dropped',
    apply: (request) => withExtra(request, { reasoning: reasoningWithoutSummary(request, quirks) }),
    remember: true,
    isNeededFor(request) {
      const summary = summaryIn(request, quirks);
      return value === undefined ? summary !== undefined : summary === value;
    },
  };
}

/** Returns the summary that `toWire` sends for a request. */
const summaryIn = ({ extra, reasoning, reasoningSummary }: ModelRequest, quirks: ResponsesQuirks): unknown =>
  asRecord(extra['reasoning'] ?? reasoningToWire({ reasoning, reasoningSummary }, quirks, []))['summary'];

function reasoningWithoutSummary(
  { extra, reasoning }: ModelRequest,
  quirks: ResponsesQuirks,
): JsonObject | undefined {
  // The conversion of the request adds the warnings, so these are discarded.
  const sent =
    extra['reasoning'] ?? reasoningToWire({ reasoning }, { ...quirks, reasoningSummary: 'omit' }, []);
  const { summary: _rejected, ...rest } = asRecord(sent) as JsonObject;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** Whether the server rejected a tool result that is a list of parts, because it implements an older version of the API. */
function isPartsRejection({ message, param }: ReportedFailure, { input }: SentBody): boolean {
  const hasParts = Array.isArray(input) && input.some(isPartsResult);
  return hasParts && (/^input.*\boutput\b/.test(param ?? '') || PARTS_REJECTED.test(message));
}

/** Error messages about a list of parts, such as "'input[2].output': tool messages must be text". */
const PARTS_REJECTED =
  /\boutput['"`]?:? (?:must|should|has to) be (?:a )?(?:valid )?(?:string|text)|input(?:\.|\[)\d+\]?\.output|expected (?:a )?string|should be a valid string|(?:tool|function)[\w ]{0,30}(?:message|output|result)s?\b.{0,60}\b(?:text|string)s?\b/i;

const isPartsResult = (item: unknown): boolean => isList(asRecord(item)['output']);

const TEXT_RESULTS: Recovery = {
  id: 'text results',
  what: 'images and documents of tool results sent in a user message',
  apply: (request) => ({ ...request, messages: withTextResults(request.messages) }),
  remember: true,
  isNeededFor: ({ messages }) => messages.some(({ role, parts }) => role === 'tool' && parts.some(hasMedia)),
};
