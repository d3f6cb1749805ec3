import { defineTool, type Tool } from '@majordomo/agent';
import { LlmError, truncateText, type UserMessage } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import type { Client, RequestOptions, ResourceTemplateType } from '@modelcontextprotocol/client';
import type { McpResource } from '../options.ts';
import { RPC_CODE } from '../rpc-codes.ts';
import type { Connection } from './connection.ts';
import { resourceContent } from './content.ts';

const LIST_NAME = 'list_resources';
const READ_NAME = 'read_resource';

/** Returns a server's resources and resource templates. */
export function listResources(connection: Connection, signal?: AbortSignal): Promise<readonly McpResource[]> {
  return connection.request('resources', signal, async (client, options) => {
    // For a server without resources, the SDK would write to the console.
    if (client.getServerCapabilities()?.resources === undefined) return [];
    const [{ resources }, templates] = await Promise.all([
      client.listResources(undefined, options),
      listTemplates(client, options),
    ]);
    return [
      ...resources.map((resource) => resourceOf(resource, resource.uri, false)),
      ...templates.map((template) => resourceOf(template, template.uriTemplate, true)),
    ];
  });
}

/** Returns a server's resource templates. A server without templates may not have the method. */
export async function listTemplates(
  client: Client,
  options: RequestOptions,
): Promise<readonly ResourceTemplateType[]> {
  try {
    return (await client.listResourceTemplates(undefined, options)).resourceTemplates;
  } catch (error) {
    if (asRecord(error)['code'] === RPC_CODE.methodNotFound) return [];
    throw error;
  }
}

/** Returns the content of a resource. Throws `invalid-request` for an unknown address. */
export async function readResource(
  connection: Connection,
  uri: string,
  signal?: AbortSignal,
): Promise<UserMessage['parts']> {
  const { contents } = await connection.request(uri, signal, (client, options) =>
    client.readResource({ uri }, options),
  );
  return contents.map(resourceContent);
}

/** Returns the tools with which a model reads resources. */
export function resourceTools(connection: Connection, prefix: string, approval: boolean): readonly Tool[] {
  return [
    defineTool({
      name: prefix + LIST_NAME,
      description: 'Lists the resources of the server: address, name, type and description.',
      parameters: { type: 'object', properties: {}, additionalProperties: false },
      approval,
      run: async (_args, { signal }) => {
        const resources = await listResources(connection, signal);
        return resources.length === 0 ? 'The server has no resources.' : resources.map(lineOf).join('\n');
      },
    }),
    defineTool({
      name: prefix + READ_NAME,
      description: `Reads a resource of the server by its address, as listed by ${prefix}${LIST_NAME}.`,
      parameters: {
        type: 'object',
        properties: { uri: { type: 'string', description: 'Address of the resource' } },
        required: ['uri'],
        additionalProperties: false,
      },
      approval,
      run: ({ uri }, { signal }) => readResource(connection, uri as string, signal),
    }),
  ];
}

interface Listed {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly mimeType?: string | undefined;
}

const resourceOf = (
  { name, description, mimeType }: Listed,
  uri: string,
  isTemplate: boolean,
): McpResource => ({ uri, name, description, mediaType: mimeType, isTemplate });

const lineOf = ({ uri, name, mediaType = '', description = '', isTemplate }: McpResource): string =>
  [isTemplate ? `${uri} (template)` : uri, name, mediaType, truncateText(description, 500)]
    .filter((part) => part !== '')
    .join(' | ');

/** Throws `config` if a tool of the server has the name of a tool for resources. `names`: names without the prefix. */
export function checkResourceNames(names: readonly string[]): void {
  const taken = names.find((name) => name === LIST_NAME || name === READ_NAME);
  if (taken !== undefined)
    throw new LlmError('config', `connectMcp: the server has a tool "${taken}"; rename it with \`rename\``, {
      path: 'rename',
    });
}
