import { audio, file, image, type FilePart, type UserTurnPart } from '@majordomo/core';
import { asRecord, asText, definedMembers, fromBase64 } from '@majordomo/core/toolkit';
import { ClientValue } from './client-value.ts';
import { readInput, type Turn } from './input.ts';
import { lastTurnOf, readSteps } from './steps.ts';
import type { FromUiOptions, UiInput } from './types.ts';

/**
 * Reads the `messages` of a `useChat` request (AI SDK 5, 6 or 7). The value comes from the network and may have any content.
 *
 * - User parts: text, and files as `data:` URLs (image, audio and other files).
 * - Assistant parts: text, reasoning and tool parts with the vendor tokens that `UiOptions.replay` sent. Sources, files and
 *   unknown `data-…` parts are dropped. A call without a result gets an error result. A call with partial arguments is dropped.
 * - System messages are rejected. Set `system` or `instructions` on the server instead.
 *
 * A stateless page can send any assistant text and any tool results. Store the conversation on the server if it must be trusted.
 *
 * @throws `LlmError` of kind `invalid-request` with `details.path`, such as `messages[2].parts[0].text`: wrong types, an empty
 * transcript, more than 10,000 elements in its arrays, a last message that needs no answer, or an approval that has no valid
 * signature, has expired, or matches no waiting call.
 * @example
 * const { id, messages } = await readJson(request);
 * const input = await fromUiMessages(messages, { secret: env.APPROVAL_SECRET, chatId: id });
 */
export async function fromUiMessages(messages: unknown, options: FromUiOptions = {}): Promise<UiInput> {
  const page = ClientValue.ofRequest(messages, 'messages');
  const list = page.list();
  const last = list.at(-1);
  if (last === undefined) throw page.invalid('the list is empty; send at least one message');
  const turns: Turn[] = [];
  // A stored conversation replaces the page's earlier messages.
  for (const message of options.stored === undefined ? list.slice(0, -1) : [])
    turns.push(...(await readMessage(message, options)));
  const lastTurns = await readMessage(last, options);
  // Without turns, `readInput` throws, because a last message without content requires no answer.
  const input = await readInput(lastTurns.length === 0 ? [] : [...turns, ...lastTurns], last, options);
  if (last.at('role').value === 'user') return { ...input, messageId: undefined, steps: 0 };
  const steps = lastTurnOf(input.messages).filter(({ role }) => role === 'assistant').length;
  return { ...input, messageId: last.at('id').optionalText(), steps };
}

async function readMessage(message: ClientValue, options: FromUiOptions): Promise<readonly Turn[]> {
  const role = message.at('role');
  if (role.value === 'system')
    throw role.invalid('a page cannot send system messages; set `system` or `instructions` on the server');
  if (role.value !== 'user' && role.value !== 'assistant')
    throw role.invalid('expected "user" or "assistant"');
  // Throws for an id that is not text.
  message.at('id').optionalText();
  const parts = message.at('parts');
  if (role.value === 'assistant') return readSteps(parts.list());
  const read: UserTurnPart[] = [];
  for (const part of parts.list()) read.push(...(await readUserPart(part, options)));
  if (read.length === 0) throw parts.invalid('the user message is empty; add text or a file');
  return [{ role: 'user', parts: read }];
}

async function readUserPart(part: ClientValue, options: FromUiOptions): Promise<readonly UserTurnPart[]> {
  const type = part.at('type').text();
  if (type === 'text') return [{ type, text: part.at('text').text() }];
  if (type === 'file') return [await readFile(part, options)];
  if (!type.startsWith('data-'))
    throw part.at('type').invalid(`a user message cannot contain a "${type.slice(0, 40)}" part; remove it`);
  const text = options.data?.({ type, id: part.at('id').optionalText(), data: part.at('data').value });
  return text === undefined ? [] : [{ type: 'text', text }];
}

async function readFile(part: ClientValue, { file: load }: FromUiOptions): Promise<UserTurnPart> {
  const url = part.at('url');
  const address = url.text();
  const mediaType = part.at('mediaType').text();
  const filename = part.at('filename').optionalText();
  const bytes = /^data:/i.test(address) ? bytesOf(url) : await load?.({ url: address, mediaType, filename });
  if (bytes === undefined) throw url.invalid('expected a data: URL; pass `file` to load other addresses');
  const read = filePart(bytes, mediaType, filename);
  return read.type === 'file' ? { ...read, ...descriptionIn(part) } : read;
}

/** Returns the description of a document that `toUiMessages` sent to the page. */
function descriptionIn(part: ClientValue): Pick<FilePart, 'title' | 'context' | 'source' | 'citations'> {
  const metadata = asRecord(asRecord(part.record()['providerMetadata'])['majordomo']);
  const { title, context, source, citations } = asRecord(metadata['document']);
  const description = { title: asText(title), context: asText(context), source: asText(source) };
  return { ...definedMembers(description), ...(citations === true && { citations }) };
}

/** Returns a file as the kind of part that its media type requires. */
export function filePart(bytes: Uint8Array, mediaType: string, filename?: string): UserTurnPart {
  if (mediaType.startsWith('image/')) return image(bytes, mediaType);
  return mediaType.startsWith('audio/') ? audio(bytes, mediaType) : file(bytes, mediaType, filename);
}

function bytesOf(url: ClientValue): Uint8Array {
  const [, head = '', data = ''] = /^([^,]*),(.*)$/s.exec(url.text()) ?? [];
  try {
    if (head === '') throw new TypeError();
    return /;\s*base64\s*$/i.test(head)
      ? fromBase64(data)
      : new TextEncoder().encode(decodeURIComponent(data));
  } catch {
    throw url.invalid('the data: URL is broken; its data must be base64 or percent-encoded text');
  }
}
