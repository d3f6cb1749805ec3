import { LlmError, listeners } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { McpServer } from '@modelcontextprotocol/server';
import { ServedAgents } from './agents.ts';
import { Closing } from './closing.ts';
import { httpHandler, rpcError, type HttpHandler } from './http-handler.ts';
import type { McpServerHandle, ServeOptions } from './options.ts';
import { promptsOf } from './prompts.ts';
import { checkResources } from './resources.ts';
import { listedTool } from './served-tool.ts';
import { newServer, type Offer } from './server.ts';
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
  const { onError, sessions = 0, skillsFolder } = options;
  const { skills = [], agents = [], prompts = [], resources = [] } = options;
  checkOptions('serveMcp', options, KINDS, ['name', 'version', 'tools']);
  const tools = [...options.tools, ...skills.flatMap((skill) => skill.tools ?? [])];
  const names = new Set([...tools, ...agents].map(({ name }) => name));
  if (names.size < tools.length + agents.length)
    throw new LlmError('config', 'serveMcp: two tools or agents have the same name; rename one');
  checkResources(resources);
  const servedAgents = new ServedAgents(agents, options.store);
  const offer = {
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    listed: [...tools.map(listedTool), ...servedAgents.listed],
    agents: servedAgents,
    prompts: promptsOf(prompts, skills),
  };
  const closing = new Closing();
  const onerror = onError === undefined ? undefined : listeners(onError);
  let loading: Promise<SkillsFolder> | undefined;
  const prepared = async (): Promise<Offer> => {
    if (skillsFolder !== undefined)
      loading ??= import('./skills-folder.ts')
        .then(({ loadSkillsFolder }) => loadSkillsFolder(skillsFolder, onerror))
        .catch((error: unknown) => {
          loading = undefined;
          throw error;
        });
    return { ...offer, skills: await loading };
  };
  const factory = async (): Promise<McpServer> => newServer(options, await prepared(), closing);
  let handler: Promise<HttpHandler> | undefined;
  return {
    async stdio() {
      await prepared();
      const { serveOnStdio } = await import('./serve-stdio.ts');
      await serveOnStdio(factory, onerror, closing);
    },
    async fetch(request) {
      if (closing.isOver) return rpcError(503, -32_000, 'The server was closed');
      await prepared();
      handler ??= httpHandler(factory, onerror, sessions);
      return (await handler).fetch(request);
    },
    async close() {
      closing.close();
      // The handler discards responses that have not been sent.
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
  sessions: 0,
  resources: 'array',
  prompts: 'array',
  skills: 'array',
  skillsFolder: 'string',
  agents: 'array',
  store: 'object with get',
  onError: 'function',
};
