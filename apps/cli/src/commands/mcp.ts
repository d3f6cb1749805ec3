import type { McpFlags } from '../mcp/mcp.ts';
import { collect } from './collect.ts';
import type { Define } from './define.ts';
import { SPEC } from './spec.ts';

const MORE = `
claude mcp add majordomo -- majordomo mcp
codex mcp add majordomo -- majordomo mcp openai/<model>,anthropic/<model>

Serves the tool \`ask\`, and those of \`skills\` in majordomo.config. Needs @majordomo/mcp.`;

export const define: Define = (command, io, done) => {
  command
    .argument('[spec]', `whom \`ask\` asks: ${SPEC}; default: the configured \`model\``)
    .option('--skills <dir>', 'skills, as SKILL.md folders; repeatable', collect)
    .option(
      '--approvals <who>',
      'who sees to it that a person agrees where a tool wants it: ask (by the agent), or client',
      'ask',
    )
    .addHelpText('after', MORE)
    .action(async (spec: string | undefined, flags: McpFlags) => {
      const { mcp } = await import('../mcp/mcp.ts');
      done(await mcp(spec, flags, io));
    });
};
