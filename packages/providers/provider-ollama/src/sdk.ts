// This entry point does not import node:fs, so it works in every runtime.
import { Ollama } from 'ollama/browser';

export const newClient = (host: string, fetch: typeof globalThis.fetch): Ollama =>
  new Ollama({ host, fetch });
