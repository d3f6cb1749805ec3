import { asList, isRecord } from '@majordomo/core/toolkit';
import { isGeneratedCallId } from '@majordomo/wire-kit';
import { unsealText } from '@majordomo/testing/internal';
import { isBase64 } from '../images.ts';
import { type Members, ofKind } from '../members.ts';
import { isString, type Report, shown } from '../shape.ts';
import type { ValidateOptions } from '../wire.ts';
import { SCOPE } from './parts.ts';

/** Content of the conversation, with its path. The role `function` becomes `user`. */
export interface Content {
  readonly path: string;
  readonly role: 'user' | 'model';
  readonly parts: readonly { readonly part: Members; readonly path: string }[];
}

/** Documented placeholder for the signature of a call by another model. */
const FOREIGN_MARK = 'skip_thought_signature_validator';

/** Keys of parts for vendor tools. */
export const SERVER_KINDS: readonly string[] = [
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
];

/** Keys of a part that contain data. Each part must have exactly one of these keys. */
const KINDS: readonly string[] = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  ...SERVER_KINDS,
];

export const contentsOf = (body: Members): readonly Content[] =>
  asList(body['contents']).flatMap((content, index): readonly Content[] => {
    if (!isRecord(content)) return [];
    const path = `contents[${index}]`;
    const parts = asList(content['parts']).flatMap((part, at) =>
      isRecord(part) ? [{ part, path: `${path}.parts[${at}]` }] : [],
    );
    return [{ path, role: content['role'] === 'model' ? 'model' : 'user', parts }];
  });

/** Checks each content, and the order of all contents. */
export function checkConversation(
  contents: readonly Content[],
  report: Report,
  options: ValidateOptions,
): void {
  const [first] = contents;
  const last = contents.at(-1);
  if (first?.role === 'model') report('first-role', first.path, 'the conversation must begin with the user');
  if (last?.role === 'model') report('last-role', last.path, 'a model turn must be followed by the user');
  for (const [index, content] of contents.entries()) {
    for (const { part, path } of content.parts) checkPart(part, path, content.role, report, options);
    checkAnswers(content, contents[index + 1], report);
    if (responsesOf(content).length > 0 && callsOf(contents[index - 1]).length === 0) {
      const message = 'a function response must come immediately after a function call';
      report('response-unknown', content.path, message);
    }
  }
}

function checkPart(
  part: Members,
  path: string,
  role: Content['role'],
  report: Report,
  options: ValidateOptions,
): void {
  const kinds = KINDS.filter((kind) => part[kind] !== undefined);
  if (kinds.length !== 1) report('part-data', path, `must have one kind of data, not ${kinds.length}`);
  const [kind] = kinds;
  if (kind === 'functionCall' && role !== 'model')
    report('part-role', path, 'only the model calls functions');
  if (kind === 'functionResponse' && role === 'model')
    report('part-role', path, 'must not be in a model turn');
  if (kind === 'text' && part['text'] === '' && role === 'user')
    report('empty-text', path, 'text must not be empty');
  for (const name of ['functionCall', 'functionResponse']) checkId(part[name], `${path}.${name}.id`, report);
  if (isRecord(part['inlineData'])) checkInline(part['inlineData'], `${path}.inlineData`, report);
  const { thoughtSignature: signature } = part;
  if (!isString(signature) || options.signatures === 'any') return;
  const isOwn = signature === FOREIGN_MARK || unsealText(SCOPE, signature) !== undefined;
  if (!isOwn) report('signature', path, 'Corrupted thought signature.');
}

/** Reports an id that a client generated. Vertex AI and older models reject any id: "Unknown name \"id\"" (vercel/ai#15664). */
function checkId(call: unknown, path: string, report: Report): void {
  if (isRecord(call) && isString(call['id']) && isGeneratedCallId(call['id']))
    report('made-up-id', path, `Unknown name "id": "${call['id']}"`);
}

function checkInline({ data, mimeType }: Members, path: string, report: Report): void {
  const isSound =
    isString(data) && data !== '' && isBase64(data) && isString(mimeType) && mimeType.includes('/');
  if (!isSound) report('inline-data', path, 'must be base64 with a media type');
}

const callsOf = (content: Content | undefined): readonly Members[] => membersOf(content, 'functionCall');

const responsesOf = (content: Content | undefined): readonly Members[] =>
  membersOf(content, 'functionResponse');

const membersOf = (content: Content | undefined, kind: string): readonly Members[] =>
  ofKind(content?.parts.map(({ part }) => part) ?? [], kind);

/** Checks that the next content has one response per call, and that each response has the name and the id (if set) of a call. */
function checkAnswers(content: Content, next: Content | undefined, report: Report): void {
  const calls = callsOf(content);
  if (content.role !== 'model' || calls.length === 0) return;
  const responses = responsesOf(next);
  if (responses.length !== calls.length) {
    const message = `${calls.length} function calls, ${responses.length} function responses`;
    report('call-unanswered', content.path, message);
  }
  for (const { id, name } of responses) {
    const isKnown = calls.some((call) => call['name'] === name && (id === undefined || call['id'] === id));
    if (!isKnown) report('response-unknown', content.path, `nothing called "${shown(name)}" (${shown(id)})`);
  }
}

/** Returns the path of the first unsigned call after the last user input. Checks only the first call of each content. */
export function unsignedCall(contents: readonly Content[]): string | undefined {
  const began = contents.findLastIndex(
    ({ role, parts }) => role === 'user' && parts.some(({ part }) => part['functionResponse'] === undefined),
  );
  for (const { parts } of contents.slice(began + 1)) {
    const first = parts.find(({ part }) => part['functionCall'] !== undefined);
    if (first !== undefined && !isString(first.part['thoughtSignature'])) return first.path;
  }
  return undefined;
}
