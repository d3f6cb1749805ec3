import { LlmError } from '../error/llm-error.ts';
import type { ChatRequest } from '../model/request.ts';
import type { Message } from '../model/message.ts';

/** Refuses what no target could take, before any of them is asked. Throws `invalid-request` naming the place. */
export function validate(request: ChatRequest): void {
  if (!isArray(request.messages)) throw invalid('messages', 'must be an array of messages');
  if (request.messages.length === 0) throw invalid('messages', 'must not be empty');
  for (const [index, message] of request.messages.entries()) validateMessage(message, `messages[${index}]`);
  positive(request.maxTokens, 'maxTokens');
  finite(request.temperature, 'temperature');
  finite(request.topP, 'topP');
  validateTools(request);
}

const ROLES: ReadonlySet<string> = new Set(['system', 'user', 'assistant', 'tool']);

function validateMessage(message: Message, path: string): void {
  if (!ROLES.has(message.role)) throw invalid(`${path}.role`, `"${message.role}" is no role`);
  if (!isArray(message.parts)) throw invalid(`${path}.parts`, 'must be an array of parts');
  for (const [index, part] of message.parts.entries()) {
    if (part.type === 'image' || part.type === 'file') bytes(part.bytes, `${path}.parts[${index}].bytes`);
    if (part.type !== 'tool-result') continue;
    for (const [at, piece] of part.content.entries()) {
      if (piece.type === 'image') bytes(piece.bytes, `${path}.parts[${index}].content[${at}].bytes`);
    }
  }
}

function validateTools({ tools = [], toolChoice }: ChatRequest): void {
  const names = new Set<string>();
  for (const [index, { name }] of tools.entries()) {
    if (name === '') throw invalid(`tools[${index}].name`, 'must not be empty');
    if (names.has(name)) throw invalid(`tools[${index}].name`, `"${name}" is there twice`);
    names.add(name);
  }
  if (typeof toolChoice === 'object' && !names.has(toolChoice.name)) {
    throw invalid('toolChoice.name', `no tool is named "${toolChoice.name}"`);
  }
  if (toolChoice === 'required' && tools.length === 0) throw invalid('toolChoice', '"required" needs tools');
}

function bytes(value: unknown, path: string): void {
  if (value instanceof Uint8Array) return;
  throw invalid(
    path,
    'must be a Uint8Array; fetch or decode it first, or use fromJson for stored transcripts',
  );
}

function positive(value: number | undefined, path: string): void {
  if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
    throw invalid(path, `must be a whole number above 0, not ${String(value)}`);
  }
}

function finite(value: number | undefined, path: string): void {
  if (value !== undefined && !Number.isFinite(value))
    throw invalid(path, `must be a number, not ${String(value)}`);
}

/** Callers without types may send anything; `Array.isArray` would forget the element's type. */
const isArray = (value: unknown): boolean => Array.isArray(value);

const invalid = (path: string, why: string): LlmError =>
  new LlmError('invalid-request', `${path} ${why}`, { path });
