import { asRecord } from '@majordomo/core/toolkit';
import type { Client, RequestOptions } from '@modelcontextprotocol/client';

/** List of a server, other than its tools. */
export type ListKind = 'prompts' | 'resources' | 'templates';

/** Prompt, resource or template of a server. */
export interface ListedItem {
  readonly name: string;
  readonly uri?: string;
  readonly uriTemplate?: string;
}

type Listing = (client: Client, options: RequestOptions) => Promise<readonly ListedItem[]>;

const METHOD_NOT_FOUND = -32_601;

/** Requests for each list. A server without templates may refuse to list them. */
export const LISTS: Readonly<Record<ListKind, Listing>> = {
  prompts: async (client, options) => (await client.listPrompts(undefined, options)).prompts,
  resources: async (client, options) => (await client.listResources(undefined, options)).resources,
  templates: async (client, options) => {
    try {
      return (await client.listResourceTemplates(undefined, options)).resourceTemplates;
    } catch (error) {
      if (asRecord(error)['code'] === METHOD_NOT_FOUND) return [];
      throw error;
    }
  },
};
