import type { Billing, Timeouts } from '@majordomo/core';
import { CHAT_QUIRKS, type OllamaQuirks } from './quirks.ts';

/** A service that speaks this wire. */
export interface Profile {
  readonly id: ProfileName;
  /** Vendor name in the catalogue, for prices. */
  readonly vendor: string;
  /** Local hardware has no price. The price of a cloud plan is unknown. */
  readonly billing: Billing | undefined;
  /** Default base URL. */
  readonly baseURL: string | undefined;
  /** Variable with the address, in any form that the vendor's tools accept. */
  readonly hostEnv: string | undefined;
  readonly keyEnv: readonly string[];
  /** Whether a call without a key fails before it is sent. */
  readonly needsKey: boolean;
  /** Whether `pull` can download models. */
  readonly canPull: boolean;
  readonly quirks: OllamaQuirks;
  /** Whether no proxy closes silent connections, so that a response without deltas can be one body. */
  readonly isLocal: boolean;
  readonly timeouts: Timeouts;
}

/**
 * The server sends its headers with the first token: after it has loaded the model, read the prompt and processed a queue,
 * which takes minutes on small machines. It sends nothing while it parses a tool call.
 */
const NO_TIMEOUTS: Timeouts = { connectMs: 0, firstContentMs: 0, idleMs: 0, completeMs: 0, totalMs: 0 };

/** `ollama`: the local server; `ollama-cloud`: ollama.com; `foreman`: a queueing daemon in front of a local server. */
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
    canPull: true,
    quirks: CHAT_QUIRKS,
    isLocal: true,
    timeouts: NO_TIMEOUTS,
  },
  // The cloud ignores `format` (curl reports, 2026-05), so the system text contains the schema, too.
  'ollama-cloud': {
    id: 'ollama-cloud',
    vendor: 'ollama-cloud',
    billing: undefined,
    baseURL: 'https://ollama.com',
    hostEnv: undefined,
    keyEnv: ['OLLAMA_API_KEY'],
    needsKey: true,
    canPull: false,
    quirks: { ...CHAT_QUIRKS, schema: 'format-and-prompt' },
    isLocal: false,
    // In the cloud, silence within a response means a lost connection.
    timeouts: { connectMs: 0, firstContentMs: 0, completeMs: 0, totalMs: 0 },
  },
  // One local server behind a queue and a token. It may forward to a cloud model, and may answer a stream with one object.
  foreman: {
    id: 'foreman',
    vendor: 'ollama',
    billing: 'included',
    baseURL: undefined,
    hostEnv: undefined,
    keyEnv: [],
    needsKey: true,
    canPull: false,
    quirks: { ...CHAT_QUIRKS, schema: 'format-and-prompt' },
    isLocal: false,
    timeouts: NO_TIMEOUTS,
  },
};
