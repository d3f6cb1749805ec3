import { listTemplates } from '@majordomo/mcp/internal';
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

/** Requests for each list. */
export const LISTS: Readonly<Record<ListKind, Listing>> = {
  prompts: async (client, options) => (await client.listPrompts(undefined, options)).prompts,
  resources: async (client, options) => (await client.listResources(undefined, options)).resources,
  templates: listTemplates,
};
