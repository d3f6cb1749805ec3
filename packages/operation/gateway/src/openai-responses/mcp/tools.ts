import type { ToolSpec } from '@majordomo/core';
import type { McpRemote, McpTool } from '../../options.ts';
import {
  array,
  boolean,
  invalid,
  nonEmptyString,
  object,
  oneOf,
  string,
  type Fields,
} from '../../parsing/fields.ts';
import { noteCallers, NOTED_MEMBERS } from '../../parsing/tools.ts';
import type { Notes } from '../../parsing/notes.ts';
import type { ListedTools, McpServers, RequestedServer } from './servers.ts';
import type { KnownTools } from '../known-tools.ts';

/** Tools of a server that a request uses. */
export interface ServerList extends ListedTools, RequestedServer {}

/** Whether a tool is among the tools that a member of a request names. */
type Matches = (tool: McpTool) => boolean;

/** Members that name a server of the vendor. */
const PLACES: readonly string[] = ['connector_id', 'tunnel_id'];
/** Members with the login of the client, which only a server with an address receives. */
const LOGINS: readonly string[] = ['headers', 'authorization'];

/**
 * Parses a tool of the type `mcp`. Returns the tools of its server that the request uses, or `undefined` until they are loaded. Adds
 * them to `known`.
 */
export function mcpTools(
  tool: Fields,
  servers: McpServers,
  known: KnownTools,
  notes: Notes,
): { readonly list: ServerList; readonly specs: readonly ToolSpec[] } | undefined {
  for (const name of PLACES)
    if (tool.isSet(name))
      invalid(tool.pathOf(name), 'is not supported; name a server of this gateway as server_label');
  const label = tool.required('server_label', nonEmptyString);
  const place = remoteOf(tool) ?? label;
  for (const name of LOGINS)
    if (tool.optional(name, (value) => value) !== undefined && place === label)
      notes.dropped(`tool mcp.${name}`, 'the gateway has the logins of its servers');
  const about = tool.optional('server_description', string) ?? '';
  const isAllowed = tool.optional('allowed_tools', (value, path) =>
    Array.isArray(value) ? namesIn(array(string)(value, path)) : filterOf(object(value, path)),
  );
  const needsApproval = approvalOf(tool);
  noteCallers(tool, notes);
  notes.unparsedInElement(tool, 'tool mcp', ...NOTED_MEMBERS);
  const path = tool.pathOf(place === label ? 'server_label' : 'server_url');
  const listed = servers.list({ label, place }, path);
  if (listed === undefined) return undefined;
  const tools = listed.tools.filter((each) => isAllowed?.(each) ?? true);
  const specs = tools.map((each, at): ToolSpec => {
    const { name, description = '', inputSchema } = each;
    const mcp = { needsApproval: needsApproval(each) };
    return {
      name: known.add({ name, namespace: label, isCustom: false, mcp }),
      // Only the first tool contains the description of the server.
      description: [description, at === 0 && about !== '' ? `${label}: ${about}` : '']
        .filter(Boolean)
        .join('\n\n'),
      parameters: inputSchema,
    };
  });
  return { list: { label, place, tools, error: listed.error }, specs };
}

/** Parses a server that the client names by its address, with the logins of the client. */
function remoteOf(tool: Fields): McpRemote | undefined {
  const url = tool.optional('server_url', nonEmptyString);
  if (url === undefined) return undefined;
  const token = tool.optional('authorization', nonEmptyString);
  const headers = tool.optional('headers', (value, path) => {
    const fields = object(value, path);
    const sent = Object.keys(fields.value).map((name) => [name, fields.required(name, string)] as const);
    return checkedHeaders(Object.fromEntries(sent), path);
  });
  return { url, headers: headers ?? {}, token };
}

/** Refuses headers that HTTP does not permit, and the name of another host. */
function checkedHeaders(headers: McpRemote['headers'], path: string): McpRemote['headers'] {
  try {
    if (!new Headers(headers).has('host')) return headers;
  } catch {
    // The error contains the value of the header.
  }
  return invalid(path, 'must be an object with HTTP headers other than host');
}

const namesIn = (names: readonly string[]): Matches => {
  const all = new Set(names);
  return ({ name }) => all.has(name);
};

/** Parses a filter. A tool must match all its members. */
function filterOf(filter: Fields): Matches {
  const names = filter.optional('tool_names', array(string));
  const isReadOnly = filter.optional('read_only', boolean);
  const isNamed = names === undefined ? () => true : namesIn(names);
  return (tool) =>
    isNamed(tool) &&
    (isReadOnly === undefined || (tool.annotations?.['readOnlyHint'] === true) === isReadOnly);
}

/** Parses which calls need an approval: all, unless the request states otherwise. `always` has precedence over `never`. */
function approvalOf(tool: Fields): Matches {
  return (
    tool.optional('require_approval', (value, path): Matches => {
      if (typeof value === 'string') {
        const isAlways = oneOf('always', 'never')(value, path) === 'always';
        return () => isAlways;
      }
      const fields = object(value, path);
      const always = fields.optional('always', object);
      const never = fields.optional('never', object);
      const isAlways = always && filterOf(always);
      const isNever = never && filterOf(never);
      return (each) => isAlways?.(each) === true || isNever?.(each) !== true;
    }) ?? (() => true)
  );
}
