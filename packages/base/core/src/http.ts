/**
 * Server-sent events over HTTP: a stream as a response of a server, and its events in a page.
 * @module
 */
export { readSse, type ReadSseOptions } from './http/read-sse.ts';
export { pipeSse, sseResponse, type NodeResponse, type SseOptions } from './http/write-sse.ts';
