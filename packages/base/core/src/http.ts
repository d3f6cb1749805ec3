export { readSse, type ReadSseOptions } from './http/read-sse.ts';
export { pipeSse, sseResponse, type NodeResponse, type SseOptions } from './http/write-sse.ts';
