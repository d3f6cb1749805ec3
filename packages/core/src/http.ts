export { sseResponse } from './http/write-sse.ts';
export { pipeSse, type NodeResponse } from './http/write-sse.ts';
export { readSse, type ReadSseOptions } from './http/read-sse.ts';
export type { SseOptions } from './http/write-sse.ts';
