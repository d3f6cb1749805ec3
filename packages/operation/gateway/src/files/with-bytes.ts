import type { ChatRequest, Message } from '@majordomo/core';
import { bytesOfBlob, contentOf } from '@majordomo/core/toolkit';

/** Returns a request with the content of all files that it names. */
export async function withBytes(request: ChatRequest): Promise<ChatRequest> {
  const messages = request.messages.map(async (message): Promise<Message> => {
    if (message.role !== 'user') return message;
    const parts = message.parts.map(async (part) =>
      part.type === 'blob' ? contentOf(part, await bytesOfBlob(part.blob, 'file_id')) : part,
    );
    return { role: 'user', parts: await Promise.all(parts) };
  });
  return { ...request, messages: await Promise.all(messages) };
}
