import { LlmError, listeners } from '@majordomo/core';
import { atLeast, checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { McpServer } from '@modelcontextprotocol/server';
import { Changes, processBus } from './changes.ts';
import { Closing } from './closing.ts';
import { hostCheck } from './hosts.ts';
import { httpHandler, rpcError, type HttpHandler } from './http-handler.ts';
import { Offer } from './offer.ts';
import type { McpServerHandle, ServeOptions } from './options.ts';
import { checkResources } from './resources.ts';
import { stateKey } from './rounds-state.ts';
import { ServerMaker } from './server.ts';
import type { SkillsFolder } from './skills-folder.ts';

/**
 * Serves tools, prompts, resources, skills and agents to MCP clients, over stdio or as a fetch handler. Throws `config` for
 * invalid options, such as a duplicate name, and `invalid-request` for parameters without a JSON Schema.
 *
 * @example
 * const server = serveMcp({ name: 'sky', version: '1.0.0', tools: [weather] });
 * await server.stdio();
 */
export function serveMcp(options: ServeOptions): McpServerHandle {
  const { onError, sessions = 0, maxElements, skillsFolder, bus } = options;
  checkOptions('serveMcp', options, KINDS, ['name', 'version', 'tools']);
  if (options.hosts !== 'any' && options.hosts !== undefined && !Array.isArray(options.hosts))
    throw new LlmError('config', "serveMcp: hosts must be an array of host names or 'any'", {
      path: 'hosts',
    });
  checkResources(options.resources ?? []);
  const offer = new Offer(options);
  const refused = hostCheck(options);
  const closing = new Closing();
  const changes = new Changes(bus ?? processBus());
  const maker = new ServerMaker(options, { offer, closing, changes, key: stateKey(options.secret) });
  const onerror = onError === undefined ? undefined : listeners(onError);
  let loading: Promise<SkillsFolder> | undefined;
  const loadSkills = async (): Promise<SkillsFolder | undefined> => {
    if (skillsFolder === undefined) return undefined;
    loading ??= import('./skills-folder.ts')
      .then(({ loadSkillsFolder }) => loadSkillsFolder(skillsFolder, onerror))
      .catch((error: unknown) => {
        // The next request tries again.
        loading = undefined;
        throw error;
      });
    return loading;
  };
  const factory = (transport: 'pipe' | 'tcp') => async (): Promise<McpServer> =>
    maker.make(await loadSkills(), transport);
  let handler: Promise<HttpHandler> | undefined;
  return {
    async stdio() {
      await loadSkills();
      const { serveOnStdio } = await import('./serve-stdio.ts');
      await serveOnStdio(factory('pipe'), onerror, closing, changes);
    },
    async fetch(request) {
      if (closing.isOver) return rpcError(503, 'refused', 'The server was closed');
      const refusal = refused(request);
      if (refusal !== undefined) return refusal;
      await loadSkills();
      handler ??= httpHandler(factory('tcp'), onerror, { maxSessions: sessions, maxElements }, changes);
      return (await handler).fetch(request);
    },
    update({ tools, templates }) {
      offer.update(tools, templates);
      if (templates !== undefined) maker.replaceTemplates();
      if (tools !== undefined) changes.bus.publish({ kind: 'tools_list_changed' });
      if (templates !== undefined) changes.bus.publish({ kind: 'resources_list_changed' });
    },
    resourceUpdated(uri) {
      changes.bus.publish({ kind: 'resource_updated', uri });
    },
    async close() {
      closing.close();
      changes.close();
      // The aborted requests respond in this turn. After it, the handler discards responses that have not been sent.
      await new Promise((resolve) => setTimeout(resolve));
      await (await handler)?.close();
    },
  };
}

const KINDS: KindsOf<ServeOptions> = {
  name: 'string',
  version: 'string',
  tools: 'array',
  instructions: 'string',
  approvals: ['ask', 'client'],
  sessions: atLeast(0),
  maxElements: atLeast(1),
  resources: 'array',
  prompts: 'array',
  skills: 'array',
  skillsFolder: 'string',
  agents: 'array',
  records: 'object with write',
  // `serveMcp` checks this option.
  hosts: true,
  origins: 'array',
  templates: 'array',
  apps: 'array',
  // `stateKey` checks this option.
  secret: true,
  bus: 'object with publish',
  around: 'function',
  onError: 'function',
};
