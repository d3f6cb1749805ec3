// The entry without node:fs: the same client for every runtime.
import { Ollama } from 'ollama/browser';

/** Returns a client of the server there that sends with `fetch`. */
export const newClient = (host: string, fetch: typeof globalThis.fetch): Ollama =>
  new Ollama({ host, fetch });
