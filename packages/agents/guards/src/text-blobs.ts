import type { ChatRequest, Message, UserPart } from '@majordomo/core';
import { bytesOfBlob, contentOf } from '@majordomo/core/toolkit';

/** Messages whose text blobs were read, by their originals, so that equal messages stay the same objects. */
const readMessages = new WeakMap<Message, Promise<Message>>();

/** Returns the request with the bytes of blobs that contain text, so that checks and masks see them before they are uploaded. */
export async function withTextBlobs(request: ChatRequest): Promise<ChatRequest> {
  if (!request.messages.some(hasTextBlob)) return request;
  const messages = request.messages.map(async (message) => {
    if (!hasTextBlob(message)) return message;
    const read = readMessages.get(message) ?? readTexts(message);
    readMessages.set(message, read);
    // A failed read is not stored, so that the next call reads the message again.
    read.catch(() => readMessages.delete(message));
    return read;
  });
  return { ...request, messages: await Promise.all(messages) };
}

const isTextBlob = (part: Message['parts'][number]): boolean =>
  part.type === 'blob' && part.mediaType.startsWith('text/');

const hasTextBlob = ({ parts }: Message): boolean => parts.some(isTextBlob);

async function readTexts(message: Message): Promise<Message> {
  if (message.role !== 'user') return message;
  return { role: 'user', parts: await Promise.all(message.parts.map(readText)) };
}

async function readText(part: UserPart): Promise<UserPart> {
  if (part.type !== 'blob' || !isTextBlob(part)) return part;
  return contentOf(part, await bytesOfBlob(part.blob, part.name ?? 'a blob'));
}
