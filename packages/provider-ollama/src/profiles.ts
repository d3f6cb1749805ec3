import type { Billing, Timeouts } from '@majordomo/core';
import { CHAT_QUIRKS, type OllamaQuirks } from './quirks.ts';

/** One service that speaks this wire: where it is, how it is asked, what it does differently. */
export interface Profile {
  readonly id: ProfileName;
  /** Whose prices hold, in the catalogue's words. */
  readonly vendor: string;
  /** Own hardware has no price; what a cloud plan includes, only its owner knows. */
  readonly billing: Billing | undefined;
  /** Used when nothing else says where. */
  readonly baseURL: string | undefined;
  /** The variable that says where, in any form that the vendor's own tools take. */
  readonly hostEnv: string | undefined;
  readonly keyEnv: readonly string[];
  /** Without a key a call fails before it is sent. */
  readonly needsKey: boolean;
  /** Can fetch models from the library by `pull`. */
  readonly pulls: boolean;
  readonly quirks: OllamaQuirks;
  /** Nothing on the way takes minutes of silence for a dead connection: what nobody wants in deltas comes in one body. */
  readonly isNear: boolean;
  readonly timeouts: Timeouts;
}

/**
 * The server sends its headers with the first token: after loading the model, reading the prompt and any queue, which
 * takes minutes on small machines. While it parses a tool call it says nothing at all.
 */
const UNTIMED: Timeouts = { connectMs: 0, firstContentMs: 0, idleMs: 0, completeMs: 0, totalMs: 0 };

/** `ollama`: the local server; `ollama-cloud`: ollama.com; `foreman`: a queueing daemon in front of a local one. */
export type ProfileName = 'ollama' | 'ollama-cloud' | 'foreman';

/** docs.ollama.com/api, /cloud and /faq, 2026-11. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  ollama: {
    id: 'ollama',
    vendor: 'ollama',
    billing: 'included',
    baseURL: 'http://127.0.0.1:11434',
    hostEnv: 'OLLAMA_HOST',
    keyEnv: [],
    needsKey: false,
    pulls: true,
    quirks: CHAT_QUIRKS,
    isNear: true,
    timeouts: UNTIMED,
  },
  // Ignores `format` (seen with curl by others, 2026-05): the schema is told as well.
  'ollama-cloud': {
    id: 'ollama-cloud',
    vendor: 'ollama-cloud',
    billing: undefined,
    baseURL: 'https://ollama.com',
    hostEnv: undefined,
    keyEnv: ['OLLAMA_API_KEY'],
    needsKey: true,
    pulls: false,
    quirks: { ...CHAT_QUIRKS, schema: 'format-and-told' },
    isNear: false,
    // Silence in the middle of an answer is a dead connection there.
    timeouts: { connectMs: 0, firstContentMs: 0, completeMs: 0, totalMs: 0 },
  },
  // One local server behind a queue and a token; it may front a cloud model, and may answer a stream with one object.
  foreman: {
    id: 'foreman',
    vendor: 'ollama',
    billing: 'included',
    baseURL: undefined,
    hostEnv: undefined,
    keyEnv: [],
    needsKey: true,
    pulls: false,
    quirks: { ...CHAT_QUIRKS, schema: 'format-and-told' },
    isNear: false,
    timeouts: UNTIMED,
  },
};
