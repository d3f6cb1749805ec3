import type { JsonObject } from '@majordomo/core';

/** Options of `googleTools.fileSearch`. */
export interface FileSearch {
  /** Names of the stores to search, such as `fileSearchStores/my-store`. */
  readonly stores: readonly string[];
  /** Maximum number of passages that the search returns. @default Google chooses the number */
  readonly topK?: number | undefined;
  /** Filter for documents, in the filter language of AIP-160. @default no filter */
  readonly metadataFilter?: string | undefined;
}

/**
 * Definitions of tools that Google runs (@google/genai 3.1). Pass them in `extra`, in addition to the request's tools. The
 * results are citations and vendor parts. Gemini 3 accepts these tools together with functions if `toolConfig` enables the
 * combination.
 */
export const googleTools = {
  /** Returns the tool that searches the web, except the domains `excludeDomains`. The response cites its sources. */
  googleSearch: ({
    excludeDomains,
  }: { readonly excludeDomains?: readonly string[] | undefined } = {}): JsonObject => ({
    googleSearch: excludeDomains === undefined ? {} : { excludeDomains },
  }),
  /** Returns the tool that fetches pages whose URLs appear in the conversation. */
  urlContext: (): JsonObject => ({ urlContext: {} }),
  /** Returns the tool that runs Python at Google. */
  codeExecution: (): JsonObject => ({ codeExecution: {} }),
  /** Returns the tool that searches Google Maps for places. */
  googleMaps: (): JsonObject => ({ googleMaps: {} }),
  /** Returns the tool that searches files in Google's file search stores. */
  fileSearch: ({ stores, topK, metadataFilter }: FileSearch): JsonObject => ({
    fileSearch: {
      fileSearchStoreNames: stores,
      ...(topK !== undefined && { topK }),
      ...(metadataFilter !== undefined && { metadataFilter }),
    },
  }),
};
