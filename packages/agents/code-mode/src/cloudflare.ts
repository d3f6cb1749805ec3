/**
 * Sandbox for programs on Cloudflare Workers.
 * @module
 */
export { workerSandbox, type WorkerLoaderLike } from './worker-sandbox.ts';
