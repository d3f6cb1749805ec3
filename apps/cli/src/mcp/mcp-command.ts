import type { McpFlags } from './mcp.ts';
import type { ReviewFlags } from './review.ts';
import { collect } from '../program/collect.ts';
import { gatewaySubcommands, type Define } from '../program/define.ts';
import { SPEC } from '../program/spec.ts';

const MORE = `
claude mcp add majordomo -- majordomo mcp
codex mcp add majordomo -- majordomo mcp openai/<model>,anthropic/<model>

Serves the tool \`ask\` and the tools of \`skills\` in majordomo.config. Requires @majordomo/mcp.

\`changed\` and \`approve\` are for the MCP servers that \`majordomo serve\` serves. They read the store of the configuration,
or a running gateway with --url and MAJORDOMO_ADMIN_TOKEN.`;

export const define: Define = (command, io, run) => {
  command
    .argument('[spec]', `models that \`ask\` calls: ${SPEC}; default: the configured \`model\``)
    .option('--skills <dir>', 'folder with skills (SKILL.md); repeatable', collect)
    .option(
      '--approvals <who>',
      'who requests approval of tool calls: ask (this server, through the agent), or client',
      'ask',
    )
    .addHelpText('after', MORE)
    .action(
      run(async (spec: string | undefined, flags: McpFlags) =>
        (await import('./mcp.ts')).mcp(spec, flags, io),
      ),
    );
  const sub = gatewaySubcommands(command, 'store of the approvals');
  sub('changed', 'list tools of the gateway that are hidden because their definitions have changed').action(
    run(async (flags: ReviewFlags) => (await import('./review.ts')).listChanged(flags, io)),
  );
  sub('approve', 'approve changed definitions of tools')
    .argument('<hashes...>', 'hashes, as `changed` prints them')
    .action(
      run(async (hashes: readonly string[], flags: ReviewFlags) =>
        (await import('./review.ts')).approveTools(hashes, flags, io),
      ),
    );
};
