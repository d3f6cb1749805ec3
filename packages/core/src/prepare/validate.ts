import { LlmError } from '../types/llm-error.ts';
import type { ChatRequest, ServiceTier } from '../types/request.ts';
import { EFFORTS } from './settings.ts';

/** Refuses what no target could take, before any of them is asked. Throws `invalid-request` naming the place. */
export function validate(request: ChatRequest): void {
  if (!isObject(request)) throw invalid('request', 'must be an object with messages');
  const { messages } = request;
  if (!isArray(messages)) throw invalid('messages', 'must be an array of messages');
  if (messages.length === 0) throw invalid('messages', 'must not be empty');
  for (let at = 0; at < messages.length; at++) validateMessage(messages[at], at);
  validateSettings(request);
  validateTools(request);
}

/** What a caller without types, or with a bug, may have put there. */
type Loose = Readonly<Record<string, unknown>>;

const ROLES: ReadonlySet<unknown> = new Set(['system', 'user', 'assistant', 'tool']);

/** Runs over the whole history at every call: paths are put together only for an error. */
function validateMessage(message: unknown, at: number): void {
  if (!isObject(message)) throw invalid(`messages[${at}]`, 'must be a message, such as user("hi")');
  const { role, parts } = message as Loose;
  if (!ROLES.has(role)) throw invalid(`messages[${at}].role`, `must be a role, not ${quoted(role)}`);
  if (!isArray(parts)) throw invalid(`messages[${at}].parts`, 'must be an array of parts');
  const list = parts as readonly unknown[];
  for (let index = 0; index < list.length; index++) {
    const part = list[index];
    if (!isObject(part)) throw invalid(`messages[${at}].parts[${index}]`, 'must be a part or a string');
    const wrong = wrongIn(part as Loose);
    if (wrong !== undefined) throw invalid(`messages[${at}].parts[${index}]${wrong[0]}`, wrong[1]);
  }
}

type Wrong = readonly [path: string, why: string] | undefined;

const BYTES = 'must be a Uint8Array; fetch or decode it first, or use fromJson for stored transcripts';

function wrongIn(part: Loose): Wrong {
  switch (part['type']) {
    case 'text':
    case 'reasoning':
      return textIn(part, 'text');
    case 'image':
    case 'file':
    case 'audio':
      return part['bytes'] instanceof Uint8Array ? undefined : ['.bytes', BYTES];
    case 'tool-call':
      return textIn(part, 'id') ?? textIn(part, 'name');
    case 'tool-result':
      return textIn(part, 'callId') ?? textIn(part, 'name') ?? wrongInContent(part['content']);
    default:
      return typeof part['type'] === 'string' ? undefined : ['.type', 'must be a string such as "text"'];
  }
}

const textIn = (part: Loose, name: string): Wrong =>
  typeof part[name] === 'string' ? undefined : [`.${name}`, 'must be a string'];

function wrongInContent(content: unknown): Wrong {
  if (!isArray(content)) return ['.content', 'must be an array of text and image parts'];
  for (const [index, piece] of (content as readonly unknown[]).entries()) {
    if (!isObject(piece)) return [`.content[${index}]`, 'must be a text or image part'];
    const wrong = wrongIn(piece as Loose);
    if (wrong !== undefined) return [`.content[${index}]${wrong[0]}`, wrong[1]];
  }
  return undefined;
}

const TIERS: Readonly<Record<ServiceTier, true>> = { default: true, flex: true, priority: true };

function validateSettings(request: ChatRequest): void {
  const { system, stop, logprobs } = request;
  checkInteger(request.maxTokens, 'maxTokens');
  checkInteger(request.topK, 'topK');
  for (const name of NUMBERS) finite(request[name], name);
  if (logprobs !== undefined && (!Number.isInteger(logprobs) || logprobs < 0))
    throw invalid('logprobs', `must be a whole number from 0 on, not ${String(logprobs)}`);
  if (system !== undefined && typeof system !== 'string') throw invalid('system', 'must be a string');
  if (stop !== undefined && !isArray(stop)) throw invalid('stop', 'must be an array of strings');
  oneOf(request.reasoning, EFFORTS, 'reasoning');
  oneOf(request.serviceTier, Object.keys(TIERS), 'serviceTier');
  const output: unknown = request.output;
  if (output !== undefined && output !== 'json' && !isObject(output))
    throw invalid('output', `must be a JSON Schema or "json", not ${quoted(output)}`);
}

const NUMBERS = ['temperature', 'topP', 'frequencyPenalty', 'presencePenalty'] as const;

function oneOf(value: string | undefined, known: readonly string[], path: string): void {
  if (value === undefined || known.includes(value)) return;
  throw invalid(path, `must be one of ${known.join(', ')}, not ${quoted(value)}`);
}

/** Wires differ; what none of them takes is refused here. */
const TOOL_NAME = /^[\p{L}\p{N}_.:-]{1,128}$/u;

function validateTools({ tools = [], toolChoice }: ChatRequest): void {
  if (!isArray(tools)) throw invalid('tools', 'must be an array of tools');
  const names = new Set<string>();
  for (const [index, tool] of tools.entries()) {
    if (!isObject(tool)) throw invalid(`tools[${index}]`, 'must be a tool');
    const { name, parameters } = tool;
    if (name === '') throw invalid(`tools[${index}].name`, 'must not be empty');
    if (typeof name !== 'string' || !TOOL_NAME.test(name)) {
      throw invalid(
        `tools[${index}].name`,
        `must be letters, digits, "_", "-", "." or ":", not ${quoted(name)}`,
      );
    }
    if (names.has(name)) throw invalid(`tools[${index}].name`, `"${name}" is there twice`);
    // JSON Schema, or a validator: some are functions.
    if (typeof (parameters as unknown) !== 'function' && !isObject(parameters))
      throw invalid(`tools[${index}].parameters`, 'must be a schema');
    names.add(name);
  }
  if (typeof toolChoice === 'object' && !names.has(toolChoice.name)) {
    throw invalid('toolChoice.name', `no tool is named "${toolChoice.name}"`);
  }
  if (toolChoice === 'required' && tools.length === 0) throw invalid('toolChoice', '"required" needs tools');
}

function finite(value: number | undefined, path: string): void {
  if (value !== undefined && !Number.isFinite(value))
    throw invalid(path, `must be a number, not ${String(value)}`);
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** Callers without types may send anything; `Array.isArray` would forget the element's type. */
const isArray = (value: unknown): boolean => Array.isArray(value);

/** What stands there, as far as it fits into a message. */
const quoted = (value: unknown): string =>
  typeof value === 'string' ? `"${value.slice(0, 80)}"` : value === null ? 'null' : typeof value;

const invalid = (path: string, why: string): LlmError =>
  new LlmError('invalid-request', `${path} ${why}`, { path });

/** Throws `invalid-request` for a count, such as `maxTokens`, that is given and is not a whole number above 0. */
export function checkInteger(value: number | undefined, path: string): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return;
  throw new LlmError('invalid-request', `${path} must be a whole number above 0, not ${String(value)}`, {
    path,
  });
}
