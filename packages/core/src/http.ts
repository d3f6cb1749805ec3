export { sseResponse } from './http/sse-response.ts';
export { pipeSse, type NodeResponse } from './http/pipe-sse.ts';
export { readSse, type ReadSseOptions } from './http/read-sse.ts';
export type { SseOptions } from './http/sse-options.ts';
