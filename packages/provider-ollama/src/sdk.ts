// The entry without node:fs: the same client for every runtime.
import { Ollama } from 'ollama/browser';

/** A client of the server there. */
export const newClient = (host: string): Ollama => new Ollama({ host });
