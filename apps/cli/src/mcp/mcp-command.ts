import type { McpFlags } from './mcp.ts';
import { collect } from '../program/collect.ts';
import type { Define } from '../program/define.ts';
import { SPEC } from '../program/spec.ts';

const MORE = `
claude mcp add majordomo -- majordomo mcp
codex mcp add majordomo -- majordomo mcp openai/<model>,anthropic/<model>

Serves the tool \`ask\` and the tools of \`skills\` in majordomo.config. Requires @majordomo/mcp.`;

export const define: Define = (command, io, done) => {
  command
    .argument('[spec]', `models that \`ask\` calls: ${SPEC}; default: the configured \`model\``)
    .option('--skills <dir>', 'folder with skills (SKILL.md); repeatable', collect)
    .option(
      '--approvals <who>',
      'who requests approval of tool calls: ask (this server, through the agent), or client',
      'ask',
    )
    .addHelpText('after', MORE)
    .action(async (spec: string | undefined, flags: McpFlags) => {
      const { mcp } = await import('./mcp.ts');
      done(await mcp(spec, flags, io));
    });
};
