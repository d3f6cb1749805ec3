import type { Message } from '@majordomo/core';
import { bytesOfBlob, contentOf } from '@majordomo/core/toolkit';

/**
 * Returns the messages with the bytes of all blobs, so that they can be stored and sent by any machine. Returns messages without blobs
 * unchanged. Rejects with `invalid-request` for a blob that cannot be read.
 *
 * @example JSON.stringify(toJson(await readBlobs(messages)));
 */
export const readBlobs = (messages: readonly Message[]): Promise<readonly Message[]> =>
  Promise.all(messages.map(withBytes));

async function withBytes(message: Message, at: number): Promise<Message> {
  if (message.role !== 'user' || message.parts.every(({ type }) => type !== 'blob')) return message;
  const parts = message.parts.map(async (part, index) => {
    if (part.type !== 'blob') return part;
    return contentOf(part, await bytesOfBlob(part.blob, `messages[${at}].parts[${index}]`));
  });
  return { role: 'user', parts: await Promise.all(parts) };
}
