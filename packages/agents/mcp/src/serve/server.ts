import type { JsonObject } from '@majordomo/core';
import type { McpServer, RegisteredResourceTemplate } from '@modelcontextprotocol/server';
import { loadServer, type ServerSdk } from '../sdk.ts';
import { registerApps } from './apps.ts';
import { Calls } from './calls.ts';
import type { Changes } from './changes.ts';
import type { Closing } from './closing.ts';
import { registerCompletions } from './completions.ts';
import { observeHandlers } from './observed-server.ts';
import type { Offer } from './offer.ts';
import type { ServeOptions } from './options.ts';
import { registerPrompts } from './prompts.ts';
import { registerResources } from './resources.ts';
import { RoundsStates } from './rounds-state.ts';
import type { SkillsFolder } from './skills-folder.ts';
import { registerTemplates } from './templates.ts';

/** Dependencies of the servers that a handle creates. */
export interface MakerIo {
  readonly offer: Offer;
  readonly closing: Closing;
  readonly changes: Changes;
  /** Key that signs the state of calls. */
  readonly key: () => Uint8Array;
}

/** Creates a server of the SDK for each client, or for each request. */
export class ServerMaker {
  private readonly options: ServeOptions;
  private readonly io: MakerIo;
  private readonly templates = new WeakMap<McpServer, readonly RegisteredResourceTemplate[]>();
  /** Set by `make`. Before, no server exists whose templates could be replaced. */
  private sdk: ServerSdk | undefined;

  constructor(options: ServeOptions, io: MakerIo) {
    this.options = options;
    this.io = io;
  }

  async make(skills: SkillsFolder | undefined, transport: 'pipe' | 'tcp'): Promise<McpServer> {
    const { name, version, instructions, resources = [], apps = [] } = this.options;
    const { offer, closing, changes, key } = this.io;
    const sdk = await loadServer();
    this.sdk = sdk;
    const { prompts, templates } = offer;
    // With the option `templates`, also an empty one, `update` may add templates for connected clients.
    const mayHaveTemplates = templates.length > 0 || this.options.templates !== undefined;
    const hasResources = mayHaveTemplates || resources.length + apps.length > 0 || skills !== undefined;
    const server = new sdk.McpServer(
      { name, version },
      {
        capabilities: {
          tools: { listChanged: true },
          ...(prompts.size > 0 && { prompts: {} }),
          ...(hasResources && { resources: { listChanged: true, subscribe: true } }),
        },
        ...(instructions !== undefined && { instructions }),
      },
    );
    const { approvals = 'ask', around } = this.options;
    // Wraps the handlers that are registered from here on.
    if (around !== undefined) observeHandlers(server, around, { server: name, transport });
    const calls = new Calls({ sdk, server, states: new RoundsStates(sdk, key()), closing });
    if (prompts.size > 0) registerPrompts(sdk, server, prompts, calls);
    registerResources(server, resources, closing);
    registerApps(server, apps, closing);
    if (hasResources) {
      changes.register(server);
      this.addTemplates(sdk, server);
    }
    skills?.attach(server);
    const sources = {
      prompt: (prompt: string) => prompts.get(prompt),
      template: (address: string) => offer.templates.find(({ template }) => template === address),
    };
    if ([...prompts.values(), ...templates].some(({ complete }) => complete !== undefined))
      registerCompletions(sdk, server, sources, closing);
    server.server.setRequestHandler('tools/list', () => ({ tools: [...offer.listed] }));
    server.server.setRequestHandler('tools/call', ({ params }, context) =>
      calls.tool(
        { name: params.name, args: (params.arguments ?? {}) as JsonObject },
        context,
        offer,
        approvals,
      ),
    );
    return server;
  }

  /** Replaces the templates of the servers whose clients are connected. */
  replaceTemplates(): void {
    const { sdk } = this;
    if (sdk === undefined) return;
    for (const server of this.io.changes.servers) {
      const former = this.templates.get(server);
      // The SDK cannot add resources for a client that has connected without them.
      if (former === undefined) continue;
      for (const template of former) template.remove();
      this.addTemplates(sdk, server);
    }
  }

  private addTemplates(sdk: ServerSdk, server: McpServer): void {
    const { offer, closing } = this.io;
    this.templates.set(server, registerTemplates(sdk, server, offer.templates, closing));
  }
}
