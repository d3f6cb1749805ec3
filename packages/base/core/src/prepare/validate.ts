import { asRecord, isList, isRecord } from '../util/values.ts';
import type { CallOptions } from '../types/call-options.ts';
import { type ErrorDetails, LlmError } from '../types/llm-error.ts';
import type { Message, ResultPart, VendorCallKind } from '../types/messages.ts';
import type { ChatRequest, ServiceTier } from '../types/request.ts';
import {
  anyObject,
  article,
  below,
  type Check,
  checked,
  expected,
  flag,
  integer,
  joinPath,
  list,
  matching,
  number,
  oneOf,
  open,
  problem,
  record,
  sizedText,
  tagged,
  text,
  typeOf,
} from '../util/checks.ts';
import { didYouMean } from '../util/did-you-mean.ts';
import { checkCache } from './cache.ts';
import { toolsToSend } from './tools.ts';
import { hasVendorCalls } from './vendor-calls.ts';
import { EFFORTS, OPTIONAL_SETTINGS } from './settings.ts';

/** Throws `invalid-request` with the path for a request that no target accepts. */
export function validate(request: ChatRequest): void {
  if (!isRecord(request)) throw invalidError('request', 'must be an object with messages');
  checkMembers(request, REQUEST_MEMBERS, OTHER_NAMES);
  const { messages } = request;
  if (!isList(messages)) throw invalidError('messages', 'must be an array of messages');
  if (messages.length === 0) throw invalidError('messages', 'must not be empty');
  for (let at = 0; at < messages.length; at++) validateMessage(messages[at], at);
  checkVendorResults(messages);
  validateSettings(request);
  validateTools(request);
}

/** Throws `invalid-request` for a vendor result without an earlier call of its kind, and for a tool result of such a call. */
function checkVendorResults(messages: readonly Message[]): void {
  if (!messages.some(hasVendorCalls)) return;
  /** Kind of the latest call with an id; absent for a tool call, which may use the id of an earlier vendor call again. */
  const kinds = new Map<string, VendorCallKind>();
  for (const [at, { parts }] of messages.entries()) {
    for (const [index, part] of parts.entries()) {
      if (part.type === 'vendor-call') kinds.set(part.id, part.kind);
      else if (part.type === 'tool-call') kinds.delete(part.id);
      else if (part.type === 'vendor-result' || part.type === 'tool-result') {
        const problem = vendorResultProblem(part, kinds.get(part.callId));
        if (problem !== undefined)
          throw invalidError(`messages[${at}].parts[${index}].${problem[0]}`, problem[1]);
      }
    }
  }
}

/** Returns the problem of a result. `kind`: kind of the vendor call with its id; `undefined` if no vendor call has this id. */
function vendorResultProblem(
  part: ResultPart,
  kind: VendorCallKind | undefined,
): readonly [path: string, why: string] | undefined {
  const { callId } = part;
  if (part.type === 'tool-result') {
    if (kind === undefined) return undefined;
    return [
      'callId',
      `must be the id of a tool-call, not "${callId}"; answer a vendor-call with vendorResult`,
    ];
  }
  if (kind === undefined)
    return [
      'callId',
      `must be the id of an earlier vendor-call, not "${callId}"; answer a tool-call with toolResult`,
    ];
  if (kind === part.kind) return undefined;
  return ['kind', `must be "${kind}", the kind of the call "${callId}", not "${part.kind}"`];
}

/** Members of a chat request. */
export const REQUEST_MEMBERS: readonly string[] = [
  'messages',
  'system',
  'tools',
  'toolChoice',
  'output',
  'reasoning',
  'extra',
  ...OPTIONAL_SETTINGS,
];

/** Names that other libraries and APIs use for members, in lower case and without underscores. */
const OTHER_NAMES: Readonly<Record<string, keyof ChatRequest>> = {
  effort: 'reasoning',
  extrabody: 'extra',
  functions: 'tools',
  input: 'messages',
  instructions: 'system',
  jsonschema: 'output',
  maxcompletiontokens: 'maxTokens',
  maxnewtokens: 'maxTokens',
  maxoutputtokens: 'maxTokens',
  numpredict: 'maxTokens',
  prompt: 'messages',
  provideroptions: 'extra',
  reasoningeffort: 'reasoning',
  responseformat: 'output',
  schema: 'output',
  stopsequences: 'stop',
  systemprompt: 'system',
  thinking: 'reasoning',
};

/** Options of a call, which have no effect in a request. */
const CALL_OPTIONS: ReadonlySet<string> = new Set<keyof CallOptions>([
  'afterCommit',
  'attempts',
  'backoff',
  'classify',
  'hedgeAfterMs',
  'leastCharsPerSecond',
  'metadata',
  'onEvent',
  'onRawResponse',
  'order',
  'policy',
  'repairs',
  'retryAfterCapMs',
  'signal',
  'slowWindowMs',
  'tenant',
  'timeouts',
  'waitUntil',
  'whenAllBenched',
]);

const USE_EXTRA = 'pass it in extra, under the id of the provider, as in extra: { id: { … } }';

/** Remedies for names of other libraries and APIs without a member of the same meaning, written as in `OTHER_NAMES`. */
const REMEDIES_BY_NAME: Readonly<Record<string, string>> = {
  abortsignal: 'pass signal in the second argument',
  maxretries: 'pass attempts in the second argument; it includes the first attempt',
  timeout: 'pass timeouts: { totalMs } in the second argument',
  timeoutms: 'pass timeouts: { totalMs } in the second argument',
  onfinish: 'await the response, or pass onEvent in the second argument',
  onerror: 'catch the error of the call, or pass onEvent in the second argument',
  onchunk: 'iterate model.stream(request)',
  headers: 'pass it to createMajordomo or majordomo.with',
  model: 'pass the spec to majordomo.model',
  stream: 'call model.stream(request)',
  streamoptions: 'call model.stream(request), which always reports usage',
  n: 'make one call for each answer',
  candidatecount: 'make one call for each answer',
  user: 'use endUser',
  toplogprobs: 'use logprobs',
  functioncall: 'use toolChoice',
  maxsteps: 'use an agent of @majordomo/agent',
  stopwhen: 'use an agent of @majordomo/agent',
  paralleltoolcalls: USE_EXTRA,
  prediction: USE_EXTRA,
  logitbias: USE_EXTRA,
  modalities: USE_EXTRA,
  store: USE_EXTRA,
  previousresponseid: USE_EXTRA,
  safetysettings: USE_EXTRA,
};

/**
 * Throws `invalid-request` for a member that resembles a known one, for a name of another library or API, and for an option of
 * a call. Other unknown members are ignored. A member whose value is `undefined` is absent.
 */
export function checkMembers(
  request: object,
  members: readonly string[],
  otherNames: Readonly<Record<string, string>> = {},
): void {
  for (const name of Object.keys(request)) {
    if (members.includes(name) || Reflect.get(request, name) === undefined) continue;
    if (CALL_OPTIONS.has(name))
      throw invalidError(name, 'is an option of the call; pass it in the second argument');
    const plain = name.toLowerCase().replaceAll('_', '');
    const remedy = Object.hasOwn(otherNames, plain) ? undefined : ownMember(REMEDIES_BY_NAME, plain);
    if (remedy !== undefined) throw invalidError(name, `is not a member of a request; ${remedy}`);
    const suggestion = didYouMean(ownMember(otherNames, plain) ?? name, members);
    if (suggestion !== '') throw invalidError(name, `is not a member of a request${suggestion}`);
  }
}

const ownMember = (table: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** Remedies by role, for messages that have the form of another API. */
const REMEDIES: Readonly<Record<string, string>> = {
  system: 'use the system member of the request',
  user: "write user('hi')",
  assistant: "write assistant('hi')",
  tool: 'write toolResult({ callId, name, content })',
};
const ROLES = Object.keys(REMEDIES).join(', ');

/** Checks a message. Creates paths only if there is an error, because every call checks the complete history. */
function validateMessage(message: unknown, at: number): void {
  if (!isRecord(message)) throw invalidError(`messages[${at}]`, 'must be a message, such as user("hi")');
  const { role, parts } = message;
  if (typeof role !== 'string' || !Object.hasOwn(REMEDIES, role))
    throw invalidError(`messages[${at}].role`, `must be one of ${ROLES}, not ${describe(role)}`);
  if (!isList(parts))
    throw invalidError(`messages[${at}].parts`, `must be an array of parts; ${REMEDIES[role] ?? ''}`);
  for (let index = 0; index < parts.length; index++) {
    const found = part(parts[index]);
    if (found !== undefined)
      throw invalidError(`messages[${at}].${joinPath(`parts[${index}]`, found.path)}`, found.why);
  }
}

const contentBytes: Check = (value) =>
  value instanceof Uint8Array
    ? undefined
    : problem('must be a Uint8Array; fetch or decode it first, or use fromJson for stored transcripts');

const setByCore: Check = () => problem('is set by core; pass bytes');
const media = open({ bytes: contentBytes }, { file: setByCore, unread: setByCore });

const fileProblem: Check = (part) => {
  const { source, mediaType } = part as Readonly<Record<string, unknown>>;
  if (source === undefined || String(mediaType).startsWith('text/')) return media(part);
  return (
    media(part) ??
    below('source', problem(`requires a text, not ${String(mediaType)}; put the source into context`))
  );
};

const withText = open({ text });
const vendorKind = oneOf('computer', 'shell', 'patch', 'mcp-approval' satisfies VendorCallKind);
// A function, because `pieces` is defined below and contains this check.
const content: Check = (value) => pieces(value);

/** Checks a part of a message by its type. Parts of an unknown type are not checked. */
const part = tagged(
  'type',
  {
    text: withText,
    reasoning: withText,
    file: fileProblem,
    image: media,
    audio: media,
    'tool-call': open({ id: text, name: text }, { programId: text }),
    'tool-result': open({ callId: text, name: text, content }, { loads: list(text) }),
    'vendor-call': open({
      id: text,
      kind: vendorKind,
      name: text,
      args: anyObject,
      replay: (value) =>
        typeof asRecord(value)['family'] === 'string'
          ? undefined
          : problem('must be the token of the call; send the part that the response contains'),
    }),
    'vendor-result': open({ callId: text, kind: vendorKind, content }),
  },
  open({ type: text }),
);
const pieces = list(part);

const settings = open(
  {},
  {
    maxTokens: integer(1),
    topK: integer(1),
    temperature: number(),
    topP: number(),
    frequencyPenalty: number(),
    presencePenalty: number(),
    logprobs: integer(0),
    system: text,
    stop: list(text),
    reasoning: oneOf(...EFFORTS),
    serviceTier: oneOf('default', 'flex', 'priority' satisfies ServiceTier),
    reasoningSummary: oneOf('auto', 'concise', 'detailed'),
    verbosity: oneOf('low', 'medium', 'high'),
    endUser: sizedText(1, Infinity),
    output: (value: unknown) =>
      value === 'json' || isRecord(value) ? undefined : expected('a JSON Schema or "json"', value),
  },
);

function validateSettings(request: ChatRequest): void {
  checkRequestPart(settings, request);
  checkCache(request.cache, 'invalid-request');
}

/** Throws `invalid-request` with the path for a value that does not pass a check. */
export const checkRequestPart = <T>(check: Check<T>, value: unknown, path = ''): T =>
  checked(check, value, path, invalidError);

/** Pattern of names that at least one wire accepts. */
const TOOL_NAME = /^[\p{L}\p{N}_.:-]{1,128}$/u;

const toolCheck = open(
  {
    name: matching(TOOL_NAME, 'must have 1 to 128 letters, digits, "_", "-", "." or ":"'),
    // Schemas of some libraries are functions.
    parameters: (value) =>
      typeof value === 'function' || isRecord(value)
        ? undefined
        : problem('must be a JSON or Standard Schema'),
  },
  {
    extra: record(anyObject),
    deferred: flag,
    callers: list(oneOf('model', 'program'), 1),
  },
);

function validateTools({ tools = [], toolChoice, messages }: ChatRequest): void {
  if (!isList(tools)) throw invalidError('tools', 'must be an array of tools');
  const names = new Set<string>();
  for (const [index, tool] of tools.entries()) {
    checkRequestPart(toolCheck, tool, `tools[${index}]`);
    const { name } = tool;
    if (names.has(name)) throw invalidError(`tools[${index}].name`, `"${name}" is not unique`);
    names.add(name);
  }
  if (typeof toolChoice === 'object' && !names.has(toolChoice.name)) {
    throw invalidError('toolChoice.name', `must name a tool, not "${toolChoice.name}"`);
  }
  const sent = toolsToSend(tools, messages);
  if (typeof toolChoice === 'object' && sent.every(({ name }) => name !== toolChoice.name))
    throw invalidError('toolChoice.name', `"${toolChoice.name}" is deferred, and no tool result loads it`);
  if (toolChoice === 'required' && sent.length === 0)
    throw invalidError('toolChoice', '"required" needs tools');
}

/** Returns a description of a value for an error message. */
const describe = (value: unknown): string =>
  typeof value === 'string' ? `"${value.slice(0, 80)}"` : article(typeOf(value));

/** Returns an `invalid-request` error about the value at `path`. */
export const invalidError = (path: string, problem: string): LlmError =>
  new LlmError('invalid-request', `${path} ${problem}`, { path });

/** Returns the error of a target that does not support a request. */
export const unsupportedError = (
  target: string,
  problem: string,
  details: Partial<ErrorDetails> = {},
): LlmError => new LlmError('unsupported', `${target} ${problem}`, details);

const count = integer(1);

/** Throws `invalid-request` for a count, such as `maxTokens`, that is not an integer of 1 or more. */
export function checkInteger(value: number | undefined, path: string): void {
  if (value !== undefined) checkRequestPart(count, value, path);
}
