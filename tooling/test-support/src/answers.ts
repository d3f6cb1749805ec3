import { sseEvent } from '@majordomo/core/toolkit';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Answer } from './server.ts';

/** Response that is the same for every request. */
export type Reply = (response: ServerResponse) => void;

export const JSON_TYPE = { 'content-type': 'application/json' } as const;
export const SSE_TYPE = { 'content-type': 'text/event-stream' } as const;

/** Responds with one JSON value. */
export const answers =
  (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply =>
  (response) => {
    response.writeHead(status, { ...JSON_TYPE, ...headers }).end(JSON.stringify(value));
  };

/** Streams these events and the end marker. */
export const streams =
  (...events: readonly unknown[]): Reply =>
  (response) => {
    response.writeHead(200, SSE_TYPE).end(events.map(event).join('') + sseEvent('[DONE]'));
  };

/** Sends events, then stalls. */
export const stalls =
  (...events: readonly unknown[]): Reply =>
  (response) => {
    response.writeHead(200, SSE_TYPE).write(events.map(event).join(''));
  };

/** Number of bytes, above the 64 MiB that a provider reads of a body. */
const BLANKS = 65 * 1024 * 1024;

/** Responds with 65 MiB of whitespace as JSON. The compressed body has 65 kB. */
export const bomb =
  (status: number): Reply =>
  (response) => {
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    response.writeHead(status, headers).end(gzipSync(Buffer.alloc(BLANKS, 32)));
  };

/** Redirects every request. */
export const redirects =
  (location: string): Reply =>
  (response) => {
    response.writeHead(307, { location }).end();
  };

/** Sends one response for each request, and the last response for all further requests. */
export const inTurn =
  (...all: readonly Answer[]): Answer =>
  (response, request, number) =>
    all[Math.min(number, all.length) - 1]?.(response, request, number);

const event = (value: unknown): string => sseEvent(JSON.stringify(value));
