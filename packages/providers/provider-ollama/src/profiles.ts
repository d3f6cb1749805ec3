import type { Billing, Timeouts } from '@majordomo/core';
import { CHAT_QUIRKS, type OllamaQuirks } from './quirks.ts';

/** Service that implements Ollama's API. */
export interface Profile {
  readonly id: ProfileName;
  /** Name of the vendor in the catalog, which determines prices. */
  readonly vendor: string;
  /** Billing of the calls. `included`: local hardware, which has no price. `undefined`: a cloud plan with an unknown price. */
  readonly billing: Billing | undefined;
  /** Default base URL; `undefined` if the application must set it. */
  readonly baseURL: string | undefined;
  /** Environment variable that contains the address, in any form that the vendor's tools accept. */
  readonly hostEnv: string | undefined;
  readonly keyEnv: readonly string[];
  /** Whether a call fails before a request is sent if no key is set. */
  readonly needsKey: boolean;
  /** Whether `pull` can download models to the service. */
  readonly canPull: boolean;
  readonly quirks: OllamaQuirks;
  /**
   * Whether the service is a server of the user, at whose address the data stay. Its idle connections stay open, so that
   * `generate` can request a non-streaming response.
   */
  readonly isLocal: boolean;
  readonly timeouts: Timeouts;
}

/**
 * Timeouts that disable every limit. The server sends its headers with the first token, after it has processed its queue, loaded
 * the model and read the prompt. This takes minutes on small machines. The server also sends nothing while it parses a tool call.
 */
const NO_TIMEOUTS: Timeouts = { connectMs: 0, firstContentMs: 0, idleMs: 0, completeMs: 0, totalMs: 0 };

/** Name of a service. `ollama`: local server. `ollama-cloud`: ollama.com. `foreman`: queueing daemon for a local server. */
export type ProfileName = 'ollama' | 'ollama-cloud' | 'foreman';

/** Profiles by name. Sources: docs.ollama.com/api, /cloud and /faq, 2026-11. */
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
  // The cloud ignores `format` (reports with curl, 2026-05), so the system text also contains the schema.
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
    // In the cloud, a pause within a response means that the connection is lost.
    timeouts: { connectMs: 0, firstContentMs: 0, completeMs: 0, totalMs: 0 },
  },
  // Foreman is a queue in front of one local server. Foreman may forward a request to a cloud model, and may return one object
  // for a streaming request.
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
