import type { Caller, McpAccess } from '@majordomo/gateway';

/** Access of a caller: that of its key, and that of its tenant. */
export class Access {
  private readonly lists: readonly McpAccess[];

  constructor({ mcp, tenant }: Caller, tenants: Readonly<Record<string, McpAccess>>) {
    const ofTenant = tenant !== undefined && Object.hasOwn(tenants, tenant) ? tenants[tenant] : undefined;
    this.lists = [mcp, ofTenant].filter((list) => list !== undefined);
  }

  /** Whether the caller may use something of a server. */
  hasServer(server: string): boolean {
    return this.lists.every((list) => patternsOf(list, server).some((pattern) => !pattern.startsWith('!')));
  }

  /** Whether the caller may use a tool, a prompt or a resource of a server. `name`: name or address at the server. */
  allows(server: string, name: string): boolean {
    return this.lists.every((list) => {
      const patterns = patternsOf(list, server);
      const isExcluded = patterns.some((one) => one.startsWith('!') && matches(one.slice(1), name));
      return !isExcluded && patterns.some((one) => !one.startsWith('!') && matches(one, name));
    });
  }
}

const patternsOf = (list: McpAccess, server: string): readonly string[] =>
  (Object.hasOwn(list, server) ? list[server] : undefined) ?? [];

/** Whether a name matches a pattern, in which `*` stands for any characters. Takes linear time, unlike a regular expression. */
export function matches(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return name === pattern;
  const end = name.length - last.length;
  if (end < first.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  return others.every((piece) => {
    const found = name.indexOf(piece, at);
    at = found + piece.length;
    return found >= 0 && at <= end;
  });
}
