import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import { inspectorAt } from './listen.ts';
import type { ServeFlags, ServeSetup } from './set-up.ts';

/** Prints the address, the variables for clients and the place of the inspector. */
export function announce(
  url: string,
  {
    names,
    servesMcp,
    setup,
  }: { readonly names: readonly string[]; readonly servesMcp: boolean; readonly setup: ServeSetup },
  { env, stdout }: Io,
): void {
  const { flags, needsKeys, token, missingInspector } = setup;
  const isFromOutside = token === env['MAJORDOMO_ADMIN_TOKEN'];
  // Write all lines at once. A reader may close the pipe after the first line, and a later write would end the server.
  stdout.write(
    [
      `Serving ${printable(names.join(', '))} at ${url}`,
      `export OPENAI_BASE_URL=${url}/v1 ANTHROPIC_BASE_URL=${url}  # ${keyHint(flags, needsKeys)}`,
      ...(servesMcp ? [`MCP: ${url}/mcp`] : []),
      `Inspector: ${missingInspector ?? inspectorLine(url, token, flags, isFromOutside)}\n`,
    ].join('\n'),
  );
}

function inspectorLine(
  url: string,
  token: string | undefined,
  flags: ServeFlags,
  isFromOutside: boolean,
): string {
  if (token === undefined)
    return flags.inspector === false
      ? 'off'
      : 'off; to enable it without a terminal, pass --admin-token-file FILE';
  if (flags.inspector === false) return 'off';
  if (flags.adminTokenFile !== undefined)
    return `${url}/inspector?token=TOKEN; the token is in ${printable(flags.adminTokenFile)}`;
  // Do not print a token that the user has set, because logs may contain the output.
  return isFromOutside ? `${url}/inspector, with MAJORDOMO_ADMIN_TOKEN` : inspectorAt(url, token);
}

function keyHint({ keyFile: path }: ServeFlags, needsKeys: boolean): string {
  if (needsKeys) return 'keys from majordomo keys create';
  return path === undefined ? 'any key is accepted' : `keys from ${printable(path)}`;
}
