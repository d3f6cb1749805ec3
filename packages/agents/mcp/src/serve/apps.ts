import { LlmError } from '@majordomo/core';
import type { McpServer, Tool as ListedTool } from '@modelcontextprotocol/server';
import { APP_TYPE } from '../tool-app.ts';
import type { Closing } from './closing.ts';
import type { ServedApp } from './options.ts';

/** Checks the apps. Throws `config` for an invalid address, an unknown tool, and a tool with two apps. */
export function checkApps(apps: readonly ServedApp[], names: ReadonlySet<string>): void {
  const addresses = new Set<string>();
  const used = new Set<string>();
  for (const [at, { uri, tools }] of apps.entries()) {
    const fail = (member: string, why: string): LlmError =>
      new LlmError('config', `serveMcp: apps[${at}].${member} ${why}`, { path: `apps[${at}].${member}` });
    if (!uri.startsWith('ui://') || URL.parse(uri) === null)
      throw fail('uri', 'must be an address that begins with ui://');
    if (addresses.has(uri)) throw fail('uri', 'exists twice');
    addresses.add(uri);
    for (const tool of tools) {
      if (!names.has(tool)) throw fail('tools', `names "${tool}", which is not a tool of this server`);
      if (used.has(tool)) throw fail('tools', `names "${tool}", which has another app already`);
      used.add(tool);
    }
  }
}

/** Returns the definition of a tool with its app, if it has one. The flat key is that of earlier drafts, which hosts still read. */
export function withApp(listed: ListedTool, apps: readonly ServedApp[]): ListedTool {
  const uri = apps.find(({ tools }) => tools.includes(listed.name))?.uri;
  if (uri === undefined) return listed;
  return { ...listed, _meta: { ui: { resourceUri: uri }, 'ui/resourceUri': uri } };
}

/** Registers the pages of the apps as resources. */
export function registerApps(server: McpServer, apps: readonly ServedApp[], closing: Closing): void {
  for (const { uri, html, csp, prefersBorder } of apps) {
    const ui = {
      ...(csp === undefined ? {} : { csp: { ...csp } }),
      ...(prefersBorder === undefined ? {} : { prefersBorder }),
    };
    const _meta = { ui };
    server.registerResource(uri, uri, { mimeType: APP_TYPE, _meta }, (_address, { mcpReq }) =>
      closing.run(mcpReq.signal, async () => {
        const text = typeof html === 'string' ? html : await html();
        return { contents: [{ uri, mimeType: APP_TYPE, text, _meta }] };
      }),
    );
  }
}
