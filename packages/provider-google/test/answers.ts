import type { ServerResponse } from 'node:http';
import { JSON_TYPE, SSE, sseBody, type SeenRequest } from './server.ts';

/** What the server does with one request. */
export type Answer = (response: ServerResponse, request: SeenRequest) => void;

export const chunk = (text: string, finishReason?: string): object => ({
  responseId: 'r',
  candidates: [
    { content: { role: 'model', parts: [{ text }] }, ...(finishReason !== undefined && { finishReason }) },
  ],
});
export const streaming =
  (...chunks: readonly unknown[]): Answer =>
  (response) => {
    response.writeHead(200, SSE).end(sseBody(...chunks));
  };
export const OK: Answer = streaming(chunk('Hel'), chunk('lo', 'STOP'));
export const WHOLE: Answer = (response) => {
  response.writeHead(200, JSON_TYPE).end(JSON.stringify(chunk('Hello', 'STOP')));
};
export const failing =
  (status: number, body: string, headers: Readonly<Record<string, string>> = JSON_TYPE): Answer =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };

/** Answers in turn; the last one for all that follow. */
export function inTurn(answers: readonly Answer[]): (request: SeenRequest, response: ServerResponse) => void {
  const left = [...answers];
  return (request, response) => {
    const answer = left.length > 1 ? left.shift() : left[0];
    answer?.(response, request);
  };
}
