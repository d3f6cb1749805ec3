import { isList, isRecord } from '../util/values.ts';
import type { CallOptions } from '../types/call-options.ts';
import { type ErrorDetails, LlmError } from '../types/llm-error.ts';
import type { Message, ResultPart, VendorCallKind } from '../types/messages.ts';
import type { ChatRequest, ServiceTier } from '../types/request.ts';
import { article, didYouMean, typeOf } from '../util/options.ts';
import { checkCache } from './cache.ts';
import { toolsToSend } from './tools.ts';
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
  if (!messages.some(hasVendorPart)) return;
  let kinds: Map<string, VendorCallKind | undefined> | undefined;
  for (const [at, { parts }] of messages.entries()) {
    for (const [index, part] of parts.entries()) {
      if (part.type === 'vendor-call') {
        kinds ??= new Map();
        kinds.set(part.id, part.kind);
      } else if (part.type === 'tool-call') kinds?.delete(part.id);
      else if (part.type === 'vendor-result' || part.type === 'tool-result') {
        const problem = vendorResultProblem(part, kinds?.get(part.callId));
        if (problem !== undefined)
          throw invalidError(`messages[${at}].parts[${index}].${problem[0]}`, problem[1]);
      }
    }
  }
}

const hasVendorPart = ({ parts }: Message): boolean => parts.some(({ type }) => type.startsWith('vendor-'));

/** `kind`: kind of the call with this id that waits for the client. */
function vendorResultProblem(part: ResultPart, kind: VendorCallKind | undefined): Problem {
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
 * a call. Other unknown members are ignored.
 */
export function checkMembers(
  request: object,
  members: readonly string[],
  otherNames: Readonly<Record<string, string>> = {},
): void {
  for (const name of Object.keys(request)) {
    if (members.includes(name)) continue;
    if (CALL_OPTIONS.has(name))
      throw invalidError(name, 'is an option of the call; pass it in the second argument');
    const plain = name.toLowerCase().replaceAll('_', '');
    const remedy = Object.hasOwn(otherNames, plain) ? undefined : ownMember(REMEDIES_BY_NAME, plain);
    if (remedy !== undefined && Reflect.get(request, name) !== undefined)
      throw invalidError(name, `is not a member of a request; ${remedy}`);
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
    const part = parts[index];
    if (!isRecord(part)) throw invalidError(`messages[${at}].parts[${index}]`, 'must be a part object');
    const problem = partProblem(part);
    if (problem !== undefined) throw invalidError(`messages[${at}].parts[${index}]${problem[0]}`, problem[1]);
  }
}

type Problem = readonly [path: string, why: string] | undefined;

const BYTES = 'must be a Uint8Array; fetch or decode it first, or use fromJson for stored transcripts';

function partProblem(part: Readonly<Record<string, unknown>>): Problem {
  switch (part['type']) {
    case 'text':
    case 'reasoning':
      return stringProblem(part['text'], 'text');
    case 'file':
    case 'image':
    case 'audio':
      if (!(part['bytes'] instanceof Uint8Array)) return ['.bytes', BYTES];
      if ((part['file'] ?? part['unread']) !== undefined) return ['.file', 'is set by core; pass bytes'];
      return part['type'] === 'file' ? sourceProblem(part) : undefined;
    case 'tool-call':
      return (
        stringProblem(part['id'], 'id') ??
        stringProblem(part['name'], 'name') ??
        (part['programId'] === undefined ? undefined : stringProblem(part['programId'], 'programId'))
      );
    case 'tool-result':
      return (
        stringProblem(part['callId'], 'callId') ??
        stringProblem(part['name'], 'name') ??
        contentProblem(part['content']) ??
        loadsProblem(part['loads'])
      );
    case 'vendor-call':
      return (
        stringProblem(part['id'], 'id') ??
        kindProblem(part['kind']) ??
        stringProblem(part['name'], 'name') ??
        recordProblem(part['args'], 'args') ??
        replayProblem(part['replay'])
      );
    case 'vendor-result':
      return (
        stringProblem(part['callId'], 'callId') ??
        kindProblem(part['kind']) ??
        contentProblem(part['content'])
      );
    default:
      return typeof part['type'] === 'string' ? undefined : ['.type', 'must be a string such as "text"'];
  }
}

const sourceProblem = ({ source, mediaType }: Readonly<Record<string, unknown>>): Problem =>
  source === undefined || String(mediaType).startsWith('text/')
    ? undefined
    : ['.source', `requires a text, not ${String(mediaType)}; put the source into context`];

const stringProblem = (value: unknown, name: string): Problem =>
  typeof value === 'string' ? undefined : [`.${name}`, 'must be a string'];

const recordProblem = (value: unknown, name: string): Problem =>
  isRecord(value) ? undefined : [`.${name}`, 'must be an object'];

const replayProblem = (replay: unknown): Problem =>
  isRecord(replay) && typeof replay['family'] === 'string'
    ? undefined
    : ['.replay', 'must be the token of the call; send the part that the response contains'];

const VENDOR_KINDS: readonly unknown[] = [
  'computer',
  'shell',
  'patch',
  'mcp-approval',
] satisfies VendorCallKind[];

const kindProblem = (kind: unknown): Problem =>
  VENDOR_KINDS.includes(kind) ? undefined : ['.kind', `must be one of ${VENDOR_KINDS.join(', ')}`];

function contentProblem(content: unknown): Problem {
  if (!isList(content)) return ['.content', 'must be an array of text, image and file parts'];
  for (let index = 0; index < content.length; index++) {
    const piece = content[index];
    if (!isRecord(piece)) return [`.content[${index}]`, 'must be a text, image or file part'];
    const problem = partProblem(piece);
    if (problem !== undefined) return [`.content[${index}]${problem[0]}`, problem[1]];
  }
  return undefined;
}

const loadsProblem = (loads: unknown): Problem =>
  loads === undefined || (isList(loads) && loads.every((name) => typeof name === 'string'))
    ? undefined
    : ['.loads', 'must be an array of tool names'];

const TIERS: readonly ServiceTier[] = ['default', 'flex', 'priority'];

function validateSettings(request: ChatRequest): void {
  const { system, stop, logprobs, endUser } = request;
  checkInteger(request.maxTokens, 'maxTokens');
  checkInteger(request.topK, 'topK');
  for (const name of NUMBERS) checkFiniteNumber(request[name], name);
  if (logprobs !== undefined && (!Number.isInteger(logprobs) || logprobs < 0))
    throw invalidError('logprobs', `must be an integer of 0 or more, not ${String(logprobs)}`);
  if (system !== undefined && typeof system !== 'string') throw invalidError('system', 'must be a string');
  if (stop !== undefined && !isList(stop)) throw invalidError('stop', 'must be an array of strings');
  checkOneOf(request.reasoning, EFFORTS, 'reasoning');
  checkOneOf(request.serviceTier, TIERS, 'serviceTier');
  checkOneOf(request.reasoningSummary, ['auto', 'concise', 'detailed'], 'reasoningSummary');
  checkOneOf(request.verbosity, ['low', 'medium', 'high'], 'verbosity');
  if (endUser !== undefined && (typeof endUser !== 'string' || endUser === ''))
    throw invalidError('endUser', `must be a non-empty string, not ${describe(endUser)}`);
  checkCache(request.cache, 'invalid-request');
  const output: unknown = request.output;
  if (output !== undefined && output !== 'json' && !isRecord(output))
    throw invalidError('output', `must be a JSON Schema or "json", not ${describe(output)}`);
}

const NUMBERS = ['temperature', 'topP', 'frequencyPenalty', 'presencePenalty'] as const;

/** Throws `invalid-request` unless the value is absent or one of `known`. */
export function checkOneOf(value: unknown, known: readonly string[], path: string): void {
  if (value === undefined || known.includes(value as string)) return;
  throw invalidError(path, `must be one of ${known.join(', ')}, not ${describe(value)}`);
}

/** Pattern of names that at least one wire accepts. */
const TOOL_NAME = /^[\p{L}\p{N}_.:-]{1,128}$/u;

function validateTools({ tools = [], toolChoice, messages }: ChatRequest): void {
  if (!isList(tools)) throw invalidError('tools', 'must be an array of tools');
  const names = new Set<string>();
  for (const [index, tool] of tools.entries()) {
    if (!isRecord(tool)) throw invalidError(`tools[${index}]`, 'must be a tool');
    const { name, parameters, deferred, callers, extra } = tool;
    if (name === '') throw invalidError(`tools[${index}].name`, 'must not be empty');
    if (typeof name !== 'string' || !TOOL_NAME.test(name)) {
      throw invalidError(
        `tools[${index}].name`,
        `must have 1 to 128 letters, digits, "_", "-", "." or ":", not ${describe(name)}`,
      );
    }
    if (names.has(name)) throw invalidError(`tools[${index}].name`, `"${name}" is not unique`);
    // Schemas of some libraries are functions.
    if (typeof (parameters as unknown) !== 'function' && !isRecord(parameters))
      throw invalidError(`tools[${index}].parameters`, 'must be a JSON or Standard Schema');
    if (extra !== undefined && !(isRecord(extra) && Object.values(extra).every(isRecord)))
      throw invalidError(
        `tools[${index}].extra`,
        'must be an object of objects, one for each provider or wire',
      );
    if (deferred !== undefined && typeof deferred !== 'boolean')
      throw invalidError(`tools[${index}].deferred`, 'must be a boolean');
    if (callers !== undefined && !isCallerList(callers))
      throw invalidError(`tools[${index}].callers`, 'must be a non-empty array of "model" and "program"');
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

const isCallerList = (callers: unknown): boolean =>
  isList(callers) &&
  callers.length > 0 &&
  callers.every((caller) => caller === 'model' || caller === 'program');

function checkFiniteNumber(value: number | undefined, path: string): void {
  if (value !== undefined && !Number.isFinite(value))
    throw invalidError(path, `must be a finite number, not ${String(value)}`);
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

/** Throws `invalid-request` for a count, such as `maxTokens`, that is not an integer above 0. */
export function checkInteger(value: number | undefined, path: string): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return;
  throw invalidError(path, `must be an integer above 0, not ${String(value)}`);
}
