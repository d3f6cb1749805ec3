import type { Skill, Tool } from '@majordomo/agent';
import { LlmError } from '@majordomo/core';
import type { Tool as ListedTool } from '@modelcontextprotocol/server';
import { ServedAgents } from './agents.ts';
import { checkApps, withApp } from './apps.ts';
import type { ServedPrompt, ServedTemplate, ServeOptions } from './options.ts';
import { promptsOf } from './prompts-by-name.ts';
import { listedTool } from './served-tool.ts';
import { checkTemplates } from './templates.ts';

/** Tools, templates, prompts and agents that a server offers. `update` replaces tools and templates. */
export class Offer {
  readonly agents: ServedAgents;
  readonly prompts: ReadonlyMap<string, ServedPrompt>;
  tools: ReadonlyMap<string, Tool>;
  listed: readonly ListedTool[];
  templates: readonly ServedTemplate[];
  private readonly options: ServeOptions;

  /** Throws `config` for invalid options. */
  constructor(options: ServeOptions) {
    const { tools, skills = [], agents = [], prompts = [], templates = [], records } = options;
    this.options = options;
    this.agents = new ServedAgents(agents, records);
    this.prompts = promptsOf(prompts, skills);
    checkTemplates(templates);
    this.templates = templates;
    ({ tools: this.tools, listed: this.listed } = this.toolsOf(tools));
  }

  /** Replaces tools or templates. Throws for an invalid one, and then changes nothing. */
  update(tools: readonly Tool[] | undefined, templates: readonly ServedTemplate[] | undefined): void {
    const next = tools === undefined ? undefined : this.toolsOf(tools);
    if (templates !== undefined) checkTemplates(templates);
    if (next !== undefined) ({ tools: this.tools, listed: this.listed } = next);
    if (templates !== undefined) this.templates = templates;
  }

  private toolsOf(own: readonly Tool[]): Pick<Offer, 'tools' | 'listed'> {
    const { skills = [], agents = [], apps = [] } = this.options;
    const tools = [...own, ...toolsOfSkills(skills)];
    const names = new Set([...tools, ...agents].map(({ name }) => name));
    if (names.size < tools.length + agents.length)
      throw new LlmError('config', 'serveMcp: two tools or agents have the same name; rename one');
    checkApps(apps, names);
    const listed = [...tools.map(listedTool), ...this.agents.listed];
    return {
      tools: new Map(tools.map((tool) => [tool.name, tool])),
      listed: listed.map((tool) => withApp(tool, apps)),
    };
  }
}

const toolsOfSkills = (skills: readonly Skill[]): readonly Tool[] =>
  skills.flatMap((skill) => skill.tools ?? []);
