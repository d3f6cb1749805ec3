/**
 * HTTP: the JSON of a request, and server-sent events as a response of a server and in a page.
 * @module
 */
export { readJson, type ReadJsonOptions } from './http/read-json.ts';
export { readSse, type ReadSseOptions } from './http/read-sse.ts';
export { pipeSse, sseResponse, type NodeResponse, type SseOptions } from './http/write-sse.ts';
