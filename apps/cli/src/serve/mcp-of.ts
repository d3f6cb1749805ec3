import { LlmError } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import type { McpGateway, McpGatewayOptions } from '@majordomo/mcp-gateway';
import type { Settings } from '../config/settings.ts';
import { withVariables } from '../config/with-variables.ts';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { mcpErrorPrinter } from './failure-printer.ts';
import { withPages } from './mcp-login.ts';

const PATH = 'gateway.mcp';

/** Returns the MCP servers of the configuration, if it has any. Throws `Stop` for invalid options. */
export async function mcpOf(
  { gateway }: Settings,
  parts: Pick<McpGatewayOptions, 'ledger' | 'records'>,
  io: Io,
): Promise<McpGateway | undefined> {
  if (gateway?.mcp === undefined) return undefined;
  const loaded = await loadPackage('@majordomo/mcp-gateway', io.cwd, `${PATH} of the configuration`);
  const { mcpGateway } = loaded as typeof import('@majordomo/mcp-gateway');
  const { servers, url, allowedHosts, tenants, content } = gateway.mcp;
  const made = Object.entries(servers).map(([name, server]) => {
    const path = `${PATH}.servers.${name}`;
    return [name, withPages(name, replaced(server, path, io), url)] as const;
  });
  try {
    return mcpGateway({
      servers: Object.fromEntries(made) as McpGatewayOptions['servers'],
      allowedHosts,
      tenants,
      content,
      ...parts,
      onError: mcpErrorPrinter(io),
    });
  } catch (error) {
    if (!LlmError.is(error, 'config')) throw error;
    throw new Stop(`${PATH} of the configuration: ${error.message.replace(/^mcpGateway: /, '')}`);
  }
}

/** Replaces variables in all strings of a value. */
function replaced(value: unknown, path: string, io: Io): unknown {
  if (typeof value === 'string') return withVariables(value, path, io);
  if (Array.isArray(value)) return value.map((item) => replaced(item, path, io));
  if (!isRecord(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, replaced(member, path, io)] as const);
  return Object.fromEntries(members);
}
