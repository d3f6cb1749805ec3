import type { JsonObject } from '@majordomo/core';

/** Options of the file search. */
export interface FileSearch {
  /** Names such as `fileSearchStores/my-store`. */
  readonly stores: readonly string[];
  /** Maximum number of passages. */
  readonly topK?: number | undefined;
  /** Filter for documents in the language of AIP-160. */
  readonly metadataFilter?: string | undefined;
}

/**
 * Tools that run at Google, in the form of the wire (@google/genai 3.1). Pass them in `extra`, in addition to the tools of
 * the request. Their results are citations and vendor parts. Gemini 3 accepts both kinds of tools if `toolConfig` enables
 * it.
 */
export const googleTools = {
  /** Searches the web. The response cites its sources. */
  googleSearch: ({
    excludeDomains,
  }: { readonly excludeDomains?: readonly string[] | undefined } = {}): JsonObject => ({
    googleSearch: excludeDomains === undefined ? {} : { excludeDomains },
  }),
  /** Fetches pages whose URLs appear in the conversation. */
  urlContext: (): JsonObject => ({ urlContext: {} }),
  /** Runs Python at the vendor. */
  codeExecution: (): JsonObject => ({ codeExecution: {} }),
  /** Searches places. */
  googleMaps: (): JsonObject => ({ googleMaps: {} }),
  /** Searches files that were uploaded to the vendor. */
  fileSearch: ({ stores, topK, metadataFilter }: FileSearch): JsonObject => ({
    fileSearch: {
      fileSearchStoreNames: stores,
      ...(topK !== undefined && { topK }),
      ...(metadataFilter !== undefined && { metadataFilter }),
    },
  }),
};
