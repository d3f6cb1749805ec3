import type {
  FinishReason,
  TextPart,
  ToolCallPart,
  Usage,
  Warning,
  AssistantPart,
  ChatResponse,
} from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import type { Refusal } from '../errors/refusal.ts';
import { pageCitations, isWirePart, type WirePart } from '../response/citations.ts';
import { argumentsText } from '../parsing/tools.ts';
import { tokenText } from '../parsing/replay-token.ts';
import type { ResponseIds } from './response-ids.ts';
import type { KnownTools } from './known-tools.ts';

/** Data of the request from which the members of the response object are written. */
export interface Echo {
  readonly model: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether the gateway stores the response. */
  readonly isStored: boolean;
  /** Time of the request, in seconds since 1970. */
  readonly createdAt: number;
  /** Returns the current time, in seconds since 1970. */
  readonly now: () => number;
  /** Tools of the request, by the names under which targets receive them. */
  readonly known: Pick<KnownTools, 'get'>;
  /** Tools of MCP servers that the gateway runs. `undefined` if the request has none. */
  readonly mcp?: McpItems | undefined;
}

/** Whether the response is made in the background. */
export const isBackground = ({ body }: Pick<Echo, 'body'>): boolean => body['background'] === true;

/** Output item of a response object. */
export interface Item {
  readonly type: string;
  readonly id: string;
  readonly [member: string]: unknown;
}

/** Items of tools of MCP servers in a response. */
export interface McpItems {
  /** Returns the items with the tools of servers, which are the first ones of the response. */
  listItems(ids: ResponseIds): readonly Item[];
  /** Returns the item of a call; `undefined` for a call of any other tool. */
  callItem(part: ToolCallPart, idFor: (prefix: string) => string): Item | undefined;
}

/** Response object of the wire. */
export interface ResponseBody {
  readonly output: readonly Item[];
  readonly [member: string]: unknown;
}

/** Status of a response: complete, or incomplete with a reason. */
interface Status {
  readonly status: 'completed' | 'incomplete';
  readonly incomplete_details: { readonly reason: string } | null;
}

/**
 * Returns the status. The finish reason `incomplete`, after which the client sends the turn again, has no counterpart on the wire. It
 * becomes the status `completed`.
 *
 * @param hasRefused whether a part shows the refusal. Otherwise, a refused answer counts as filtered.
 */
export function statusOf(finish: FinishReason, hasRefused: boolean): Status {
  if (finish === 'length') return incomplete('max_output_tokens');
  const isUnshownRefusal = finish === 'refusal' && !hasRefused;
  if (finish === 'content-filter' || isUnshownRefusal) return incomplete('content_filter');
  return { status: 'completed', incomplete_details: null };
}

const incomplete = (reason: string): Status => ({ status: 'incomplete', incomplete_details: { reason } });

/**
 * Returns the members of a response object that do not depend on its output. Open Responses requires all of them, also those of
 * settings that the request does not contain.
 *
 * @param warnings warnings of the call. Settings that they report as dropped have their default or are omitted.
 */
export function envelope(
  id: string,
  { model, body, isStored, createdAt, mcp }: Echo,
  warnings: readonly Warning[],
): object {
  // A warning about a recovery has the form `reasoning dropped`, and any other warning names only the setting.
  const dropped = new Set(warnings.map(({ what }) => what.replace(/ dropped$/, '')));
  // `names`: names of the setting in warnings, which are those of core or of the wire.
  const sent = (value: unknown, ...names: readonly string[]): unknown =>
    names.some((name) => dropped.has(name)) ? null : (value ?? null);
  const tier = body['service_tier'];
  // Any other tier is the default, or is not sent to targets.
  const isKnownTier = tier === 'flex' || tier === 'priority';
  const reasoning = asRecord(body['reasoning']);
  const text = asRecord(body['text']);
  const verbosity = sent(text['verbosity'], 'verbosity');
  return {
    id,
    object: 'response',
    created_at: createdAt,
    completed_at: null,
    incomplete_details: null,
    error: null,
    background: isBackground({ body }),
    frequency_penalty: sent(body['frequency_penalty'], 'frequencyPenalty', 'frequency_penalty') ?? 0,
    instructions: body['instructions'] ?? null,
    max_output_tokens: sent(body['max_output_tokens'], 'max_output_tokens'),
    // Only calls that the gateway runs have a maximum.
    max_tool_calls: mcp === undefined ? null : (body['max_tool_calls'] ?? null),
    metadata: body['metadata'] ?? {},
    model,
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    presence_penalty: sent(body['presence_penalty'], 'presencePenalty', 'presence_penalty') ?? 0,
    previous_response_id: body['previous_response_id'] ?? null,
    prompt_cache_key: body['prompt_cache_key'] ?? null,
    reasoning: {
      effort: sent(reasoning['effort'], 'reasoning'),
      summary: sent(reasoning['summary'], 'reasoning', 'reasoningSummary', 'reasoning.summary'),
    },
    safety_identifier: sent(body['safety_identifier'], 'endUser', 'safety_identifier'),
    service_tier: (isKnownTier ? sent(tier, `serviceTier "${tier}"`) : null) ?? 'default',
    store: isStored,
    temperature: sent(body['temperature'], 'temperature') ?? 1,
    text: { format: text['format'] ?? { type: 'text' }, ...(verbosity !== null && { verbosity }) },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: toolsWithoutLogins(body),
    // The gateway does not return log probabilities.
    top_logprobs: 0,
    top_p: sent(body['top_p'], 'topP', 'top_p') ?? 1,
    truncation: 'disabled',
  };
}

/** Returns the tools without the secrets of MCP servers, which must not be stored: their logins, and path and query of their addresses. */
export const toolsWithoutLogins = ({ tools }: Echo['body']): readonly unknown[] =>
  Array.isArray(tools) ? tools.map(withoutLogin) : [];

function withoutLogin(tool: unknown): unknown {
  const { headers: _headers, authorization: _authorization, server_url: url, ...others } = asRecord(tool);
  if (others['type'] !== 'mcp') return tool;
  return { ...others, ...(typeof url === 'string' && { server_url: URL.parse(url)?.origin }) };
}

/** Returns the member `error` of a failed response. */
export const failureOf = ({
  kind,
  message,
}: Pick<Refusal, 'kind' | 'message'>): { readonly code: string; readonly message: string } => ({
  code: kind === 'rate-limit' ? 'rate_limit_exceeded' : 'server_error',
  message,
});

/** Formats token usage. Unknown counts become 0. */
export function responsesUsage(usage: Usage | undefined): object | null {
  if (usage === undefined) return null;
  const { input = 0, output = 0 } = usage;
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cacheRead ?? 0,
      cache_write_tokens: usage.cacheWrite ?? 0,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    total_tokens: input + output,
  };
}

/** Converts a part to an item. `idFor` returns the id of the item. */
export function itemOf(part: WirePart, echo: Echo, idFor: (prefix: string) => string): Item {
  switch (part.type) {
    case 'text':
      return messageItem(idFor('msg_'), [contentOf(part)]);
    case 'reasoning': {
      const summary = part.text === '' ? [] : [{ type: 'summary_text', text: part.text }];
      return {
        type: 'reasoning',
        id: idFor('rs_'),
        summary,
        encrypted_content: tokenText(part.replay) ?? null,
      };
    }
    case 'tool-call':
      return callItem(part, echo, idFor);
  }
}

/** Formats the citations of web pages in a text part. */
export const annotationsOf = (part: TextPart): readonly object[] =>
  pageCitations(part).map(({ url, title, start, end }) => ({
    type: 'url_citation',
    url,
    title,
    start_index: start,
    end_index: end,
  }));

/** Returns text as the content of a message. */
export const outputText = (text: string, annotations: readonly object[] = []): object => ({
  type: 'output_text',
  text,
  annotations,
  logprobs: [],
});

/** Returns the text of a refusal as the content of a message. */
export const refusalText = (refusal: string): object => ({ type: 'refusal', refusal });

/** Returns a text part as the content of a message. */
export const contentOf = (part: TextPart): object =>
  part.isRefusal === true ? refusalText(part.text) : outputText(part.text, annotationsOf(part));

/** Returns a message of the model as an output item. */
export const messageItem = (id: string, content: readonly object[], status = 'completed'): Item => ({
  type: 'message',
  id,
  status,
  role: 'assistant',
  content,
});

/** Returns the members of a tool call, with the name that the client gave the tool. */
export function calledOf(
  { id, name }: Pick<ToolCallPart, 'id' | 'name'>,
  { known }: Echo,
): { readonly isCustom: boolean; readonly called: object } {
  const { namespace, isCustom = false, name: clientName = name } = known.get(name) ?? {};
  return {
    isCustom,
    called: { call_id: id, name: clientName, ...(namespace === undefined ? {} : { namespace }) },
  };
}

function callItem(part: ToolCallPart, echo: Echo, idFor: (prefix: string) => string): Item {
  const item = echo.mcp?.callItem(part, idFor);
  if (item !== undefined) return item;
  const { called, isCustom } = calledOf(part, echo);
  const done = { ...called, status: 'completed' };
  return isCustom
    ? { type: 'custom_tool_call', id: idFor('ctc_'), ...done, input: customInput(part) }
    : { type: 'function_call', id: idFor('fc_'), ...done, arguments: argumentsText(part) };
}

/** Returns the text input of a call of a custom tool. */
export const customInput = (part: ToolCallPart): string =>
  typeof part.args['input'] === 'string' ? part.args['input'] : argumentsText(part);

/** Returns a complete response as a `response` object. */
export const completeResponse = (
  { parts, finish, usage, warnings }: ChatResponse,
  echo: Echo,
  ids: ResponseIds,
): ResponseBody => ({
  ...envelope(ids.response, echo, warnings),
  ...statusOf(finish, parts.some(refuses)),
  completed_at: echo.now(),
  output: [
    ...(echo.mcp?.listItems(ids) ?? []),
    ...parts.flatMap((part) => (isWirePart(part) ? itemOf(part, echo, (prefix) => ids.item(prefix)) : [])),
  ],
  usage: responsesUsage(usage),
});

const refuses = (part: AssistantPart): boolean => part.type === 'text' && part.isRefusal === true;
