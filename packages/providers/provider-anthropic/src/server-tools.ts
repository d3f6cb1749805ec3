import type { JsonObject } from '@majordomo/core';

/** Location of the user, which influences search results. */
export interface SearchLocation {
  readonly city?: string | undefined;
  readonly region?: string | undefined;
  /** ISO country code, such as `DE`. */
  readonly country?: string | undefined;
  /** IANA time zone, such as `Europe/Berlin`. */
  readonly timezone?: string | undefined;
}

/** Limits of a web search or a web fetch. Set at most one of the two lists of domains. Default: all domains are allowed. */
interface Bounds {
  /** Maximum number of uses in one response. @default no maximum */
  readonly maxUses?: number | undefined;
  readonly allowedDomains?: readonly string[] | undefined;
  readonly blockedDomains?: readonly string[] | undefined;
}
/** Options of `anthropicTools.webSearch`. */
export interface WebSearch extends Bounds {
  /** Version of the tool. Earlier models may require an earlier version. @default '20260318' */
  readonly version?: '20250305' | '20260209' | '20260318' | undefined;
  readonly location?: SearchLocation | undefined;
}
/** Options of `anthropicTools.webFetch`. */
export interface WebFetch extends Bounds {
  /** Version of the tool. Earlier models may require an earlier version. @default '20260318' */
  readonly version?: '20250910' | '20260209' | '20260309' | '20260318' | undefined;
  /**
   * Whether the response cites passages of the fetched page.
   * @default false
   */
  readonly citations?: boolean | undefined;
  /** Maximum number of tokens of a fetched page that the model receives. @default no maximum */
  readonly maxContentTokens?: number | undefined;
}

/** Options of `anthropicTools.codeExecution`. */
export interface CodeExecution {
  /** Version of the tool. Earlier models may require an earlier version. @default '20260521' */
  readonly version?: '20250522' | '20250825' | '20260120' | '20260521' | undefined;
}

/**
 * Definitions of tools that Anthropic runs. Pass them in `extra`, in addition to the request's tools (SDK 1.10). The results are
 * vendor parts of the response, and `usage.details.serverTools` counts the uses of each tool.
 */
export const anthropicTools = {
  /** Returns the tool that searches the web. The response cites its sources. */
  webSearch: ({ version = '20260318', location, ...bounds }: WebSearch = {}): JsonObject => ({
    type: `web_search_${version}`,
    name: 'web_search',
    ...boundsOf(bounds),
    ...(location !== undefined && { user_location: { type: 'approximate', ...location } }),
  }),
  /** Returns the tool that fetches pages whose URLs appear in the conversation. */
  webFetch: ({
    version = '20260318',
    citations,
    maxContentTokens,
    ...bounds
  }: WebFetch = {}): JsonObject => ({
    type: `web_fetch_${version}`,
    name: 'web_fetch',
    ...boundsOf(bounds),
    ...(citations === true && { citations: { enabled: true } }),
    ...(maxContentTokens !== undefined && { max_content_tokens: maxContentTokens }),
  }),
  /** Returns the tool that runs commands and edits files in a container at Anthropic. */
  codeExecution: ({ version = '20260521' }: CodeExecution = {}): JsonObject => ({
    type: `code_execution_${version}`,
    name: 'code_execution',
  }),
};

const boundsOf = ({ maxUses, allowedDomains, blockedDomains }: Bounds): JsonObject => ({
  ...(maxUses !== undefined && { max_uses: maxUses }),
  ...(allowedDomains !== undefined && { allowed_domains: allowedDomains }),
  ...(blockedDomains !== undefined && { blocked_domains: blockedDomains }),
});
