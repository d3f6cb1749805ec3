import type { JsonObject } from '@majordomo/core';

/** A search of file search stores. */
export interface FileSearch {
  /** As `fileSearchStores/my-store`. */
  readonly stores: readonly string[];
  /** The most pieces that are found. */
  readonly topK?: number | undefined;
  /** Which documents, in the filter language of AIP-160. */
  readonly metadataFilter?: string | undefined;
}

/**
 * Tools that run at Google, in the wire's form (@google/genai 3.1). They stand in `extra`, beside the request's own tools; what
 * they did comes back as citations and vendor parts. Gemini 3 takes both kinds at once where `toolConfig` says so.
 *
 * @example
 * extra: {
 *   google: {
 *     tools: [googleTools.googleSearch()],
 *     toolConfig: { includeServerSideToolInvocations: true },
 *   },
 * }
 */
export const googleTools = {
  /** Searches the web; answers cite what they rest on. */
  googleSearch: ({
    excludeDomains,
  }: { readonly excludeDomains?: readonly string[] | undefined } = {}): JsonObject => ({
    googleSearch: excludeDomains === undefined ? {} : { excludeDomains },
  }),
  /** Reads pages whose addresses stand in the conversation. */
  urlContext: (): JsonObject => ({ urlContext: {} }),
  /** Runs Python at the vendor. */
  codeExecution: (): JsonObject => ({ codeExecution: {} }),
  /** Finds places. */
  googleMaps: (): JsonObject => ({ googleMaps: {} }),
  /** Searches files that were given to the vendor before. */
  fileSearch: ({ stores, topK, metadataFilter }: FileSearch): JsonObject => ({
    fileSearch: {
      fileSearchStoreNames: stores,
      ...(topK !== undefined && { topK }),
      ...(metadataFilter !== undefined && { metadataFilter }),
    },
  }),
};
