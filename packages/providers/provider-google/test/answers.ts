import { JSON_TYPE, SSE_TYPE, type Reply } from '@majordomo/test-support';

export const chunk = (text: string, finishReason?: string): object => ({
  responseId: 'r',
  candidates: [
    { content: { role: 'model', parts: [{ text }] }, ...(finishReason !== undefined && { finishReason }) },
  ],
});

/** Returns the bytes of a stream with these chunks. */
export const sseBody = (...chunks: readonly unknown[]): string =>
  chunks
    .map((piece) => `data: ${typeof piece === 'string' ? piece : JSON.stringify(piece)}\r\n\r\n`)
    .join('');

export const streaming =
  (...chunks: readonly unknown[]): Reply =>
  (response) => {
    response.writeHead(200, SSE_TYPE).end(sseBody(...chunks));
  };
export const OK: Reply = streaming(chunk('Hel'), chunk('lo', 'STOP'));
export const failing =
  (status: number, body: string, headers: Readonly<Record<string, string>> = JSON_TYPE): Reply =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };
