// This entry point does not import node:fs, so it works in every runtime.
import { Ollama } from 'ollama/browser';

/** Creates a client that sends with `fetch`. */
export const newClient = (host: string, fetch: typeof globalThis.fetch): Ollama =>
  new Ollama({ host, fetch });
