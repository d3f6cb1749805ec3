import { checkWholeNumber } from './whole-number.ts';
import { LlmError } from '../contract/llm-error.ts';
import type { ChatRequest } from '../contract/request.ts';
import type { Message } from '../contract/message.ts';
import type { Part } from '../contract/part.ts';

/** Refuses what no target could take, before any of them is asked. Throws `invalid-request` naming the place. */
export function validate(request: ChatRequest): void {
  const { messages } = request;
  if (!isArray(messages)) throw invalid('messages', 'must be an array of messages');
  if (messages.length === 0) throw invalid('messages', 'must not be empty');
  for (let at = 0; at < messages.length; at++) validateMessage(messages[at] as Message, at);
  checkWholeNumber(request.maxTokens, 'maxTokens');
  finite(request.temperature, 'temperature');
  finite(request.topP, 'topP');
  validateTools(request);
}

const ROLES: ReadonlySet<string> = new Set(['system', 'user', 'assistant', 'tool']);

/** Runs over the whole history at every call: paths are put together only for an error. */
function validateMessage({ role, parts }: Message, at: number): void {
  if (!ROLES.has(role)) throw invalid(`messages[${at}].role`, `"${role}" is not a role`);
  if (!isArray(parts)) throw invalid(`messages[${at}].parts`, 'must be an array of parts');
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as Part;
    if (part.type === 'image' || part.type === 'file') {
      if (!isBytes(part.bytes)) throw noBytes(`messages[${at}].parts[${index}].bytes`);
    } else if (part.type === 'tool-result') {
      const bad = part.content.findIndex((piece) => piece.type === 'image' && !isBytes(piece.bytes));
      if (bad !== -1) throw noBytes(`messages[${at}].parts[${index}].content[${bad}].bytes`);
    }
  }
}

function validateTools({ tools = [], toolChoice }: ChatRequest): void {
  const names = new Set<string>();
  for (const [index, { name, parameters }] of tools.entries()) {
    if (name === '') throw invalid(`tools[${index}].name`, 'must not be empty');
    if (names.has(name)) throw invalid(`tools[${index}].name`, `"${name}" is there twice`);
    if (!isSchema(parameters)) throw invalid(`tools[${index}].parameters`, 'must be a schema');
    names.add(name);
  }
  if (typeof toolChoice === 'object' && !names.has(toolChoice.name)) {
    throw invalid('toolChoice.name', `no tool is named "${toolChoice.name}"`);
  }
  if (toolChoice === 'required' && tools.length === 0) throw invalid('toolChoice', '"required" needs tools');
}

/** JSON Schema, or a validator: some are functions. */
const isSchema = (value: unknown): boolean =>
  typeof value === 'function' || (typeof value === 'object' && value !== null);

const isBytes = (value: unknown): boolean => value instanceof Uint8Array;

const noBytes = (path: string): LlmError =>
  invalid(path, 'must be a Uint8Array; fetch or decode it first, or use fromJson for stored transcripts');

function finite(value: number | undefined, path: string): void {
  if (value !== undefined && !Number.isFinite(value))
    throw invalid(path, `must be a number, not ${String(value)}`);
}

/** Callers without types may send anything; `Array.isArray` would forget the element's type. */
const isArray = (value: unknown): boolean => Array.isArray(value);

const invalid = (path: string, why: string): LlmError =>
  new LlmError('invalid-request', `${path} ${why}`, { path });
