import type { Skill, Tool } from '@majordomo/agent';
import { messageOf, truncateText } from '@majordomo/core';
import { openSpec } from '../backends/open.ts';
import { openConfiguredLedger } from '../ledger/open-ledger.ts';
import { skillsOf } from '../chat/skill-folders.ts';
import { loadSettings } from '../config/settings.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { printable } from '../terminal/paint.ts';
import { commandVersion } from '../version.ts';
import { ASK_TOOL, askTool } from './ask-tool.ts';

/** Options of `majordomo mcp`. */
export interface McpFlags {
  /** Folders with skills whose tools are served. */
  readonly skills?: readonly string[];
  readonly approvals: string;
}

/** Implements `majordomo mcp`. Serves a chain as the tool `ask`, and the tools of skills, on standard input and output. */
export async function mcp(named: string | undefined, flags: McpFlags, io: Io): Promise<ExitCode> {
  const approvals = approvalsOf(flags.approvals);
  if (io.stdin.kind === 'terminal')
    throw new Stop(
      'standard input is a terminal; add the server to an agent: claude mcp add majordomo -- majordomo mcp, or codex mcp add majordomo -- majordomo mcp',
    );
  const loaded = await loadPackage('@majordomo/mcp', io.cwd, 'majordomo mcp');
  const { serveMcp, reportProgress } = loaded as typeof import('@majordomo/mcp');
  const settings = await loadSettings(io);
  await using books = await openConfiguredLedger(settings, io);
  const skills = await skillsOf(settings, flags, io);
  const spec = named ?? settings.model;
  const ask: Tool[] = [];
  if (spec !== undefined) {
    const options = { cwd: io.cwd, signal: io.signal, ledger: books?.ledger };
    ask.push(askTool(await openSpec(spec, settings, options), spec, settings.system, reportProgress));
  }
  const tools = [...ask, ...skills.flatMap((skill) => skill.tools ?? [])];
  checkNames(tools);
  const serving = serveMcp({
    name: 'majordomo',
    version: commandVersion(),
    tools,
    instructions: instructionsOf(skills),
    approvals,
    onError: (error) => {
      io.stderr.write(
        `majordomo mcp: ${truncateText(printable(messageOf(error)).replaceAll(/\s+/g, ' '), MAX_CHARS)}\n`,
      );
    },
  });
  const end = (): void => void serving.close();
  io.signal.addEventListener('abort', end, { once: true });
  await serving.stdio();
  return EXIT.ok;
}

/** Maximum length of a printed error, in characters. */
const MAX_CHARS = 200;

function approvalsOf(text: string): 'ask' | 'client' {
  if (text === 'ask' || text === 'client') return text;
  throw new Stop(`--approvals must be ask or client, not "${text}"`);
}

function checkNames(tools: readonly Tool[]): void {
  if (tools.length === 0)
    throw new Stop(
      'no tool to serve; run majordomo mcp <provider/model>, or set `model` or `skills` in majordomo.config',
    );
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return;
  const why = twice === ASK_TOOL ? 'is built in, and a skill defines it too' : 'is defined by two skills';
  throw new Stop(`the tool "${twice}" ${why}; rename it in a skill`);
}

function instructionsOf(skills: readonly Skill[]): string | undefined {
  const all = skills.flatMap(({ instructions }) => instructions ?? []);
  return all.length === 0 ? undefined : all.join('\n\n');
}
