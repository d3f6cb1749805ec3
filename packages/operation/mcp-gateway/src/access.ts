import type { Caller, McpAccess } from '@majordomo/gateway';

/** Access of a caller: that of its key, and that of its tenant. */
export class Access {
  /** Lists of patterns, each of which must allow a use. Without a list, the caller may use everything. */
  private readonly lists: readonly McpAccess[];

  constructor({ mcp, tenant }: Caller, tenants: Readonly<Record<string, McpAccess>>) {
    const ofTenant = tenant !== undefined && Object.hasOwn(tenants, tenant) ? tenants[tenant] : undefined;
    this.lists = [mcp, ofTenant].filter((list) => list !== undefined);
  }

  /** Whether the caller may use something of a server. */
  hasServer(server: string): boolean {
    return this.lists.every((list) => patternsOf(list, server).some((pattern) => !pattern.startsWith('!')));
  }

  /**
   * Whether the caller may use a tool, a prompt or a resource of a server. `name`: name or address at the server. Each form of an address
   * must be accessible. An address with a dot segment is not, because servers resolve it differently.
   */
  allows(server: string, name: string): boolean {
    return this.lists.every((list) => {
      if (hasDotSegment(name)) return false;
      const patterns = patternsOf(list, server);
      return formsFor(name).every((form) => {
        const isMatched = (pattern: string): boolean => matches(form(pattern), form(name));
        const isExcluded = patterns.some((one) => one.startsWith('!') && isMatched(one.slice(1)));
        return !isExcluded && patterns.some((one) => !one.startsWith('!') && isMatched(one));
      });
    });
  }
}

const patternsOf = (list: McpAccess, server: string): readonly string[] =>
  (Object.hasOwn(list, server) ? list[server] : undefined) ?? [];

type Form = (text: string) => string;

/** Whether an address contains `.` or `..` between slashes. Servers ignore tabs and line breaks in addresses. */
const hasDotSegment = (name: string): boolean =>
  name.includes(':') && /[:/\\]\.{1,2}(?:[/\\?#]|$)/.test(decoded(name).replaceAll(/[\t\n\r]/g, ''));

/** Forms of an address under which a server may know the same resource. */
const ADDRESS_FORMS: readonly Form[] = [decoded, normalized];
const NAME_FORMS: readonly Form[] = [(name) => name];

const formsFor = (name: string): readonly Form[] => (/[:%]/.test(name) ? ADDRESS_FORMS : NAME_FORMS);

function decoded(address: string): string {
  return address.replaceAll(/(?:%[\da-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      return bytes;
    }
  });
}

/** Returns an address without repeated slashes, and as the parser of URLs writes it. */
function normalized(address: string): string {
  const plain = decoded(address);
  return decoded(URL.parse(plain)?.href ?? plain).replaceAll(/(?<=[^:/]\/)\/+/g, '');
}

/** Whether a pattern of prices matches a name, or any form of an address, so that another form of an address has the same price. */
export const matchesName = (pattern: string, name: string): boolean =>
  formsFor(name).some((form) => matches(form(pattern), form(name)));

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
