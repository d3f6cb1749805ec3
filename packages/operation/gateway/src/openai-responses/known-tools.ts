import { nonEmptyString, type Fields } from '../parsing/fields.ts';

/** Tool, with the name that the client uses. */
export interface ClientTool {
  readonly name: string;
  readonly namespace: string | undefined;
  /** Whether the input of the tool is text instead of an object. Only this wire has such tools. */
  readonly isCustom: boolean;
  /** Set if the tool is one of an MCP server of the gateway, whose name is the namespace. */
  readonly mcp?: { readonly needsApproval: boolean } | undefined;
}

type Named = Pick<ClientTool, 'name' | 'namespace'>;

/** Maximum length of a tool name that every vendor accepts, in characters. */
const MAX_LENGTH = 64;

/**
 * Names of a request's tools. Targets receive the tool `read` of the namespace `files` as `files__read`, because other wires have no
 * namespaces. If an earlier tool has this name, they receive `files__read_2`. A tool without a namespace keeps its name.
 */
export class KnownTools {
  private readonly byTargetName = new Map<string, ClientTool>();
  private readonly targetNames = new Map<string, string>();
  /** Next number to append, by prefix, for long names that share their first characters. */
  private readonly numbers = new Map<string, number>();

  /** Returns the tool that targets receive under this name. */
  get(targetName: string): ClientTool | undefined {
    return this.byTargetName.get(targetName);
  }

  /** Adds a tool and returns the name that targets receive. The name is the same in every turn with the same tools. */
  add(tool: ClientTool): string {
    // A tool without a namespace keeps its name, so that a repeated name is refused, unless a namespace has led to that name.
    const keepsName =
      tool.namespace === undefined && this.byTargetName.get(tool.name)?.namespace === undefined;
    const targetName = keepsName ? tool.name : this.unused(joined(tool));
    this.byTargetName.set(targetName, tool);
    const key = keyOf(tool);
    if (!this.targetNames.has(key)) this.targetNames.set(key, targetName);
    return targetName;
  }

  /** Returns the name under which targets receive the tool. For an unknown tool, returns the name that it would have. */
  nameFor(tool: Named): string {
    return this.targetNames.get(keyOf(tool)) ?? joined(tool);
  }

  /** Returns the name, shortened and with a number if another tool has it. The last 4 characters leave room for `_999`. */
  private unused(wanted: string): string {
    const shortened = wanted.slice(0, MAX_LENGTH);
    if (!this.byTargetName.has(shortened)) return shortened;
    const begin = wanted.slice(0, MAX_LENGTH - 4);
    for (let next = this.numbers.get(begin) ?? 2; ; next++) {
      if (this.byTargetName.has(`${begin}_${next}`)) continue;
      this.numbers.set(begin, next + 1);
      return `${begin}_${next}`;
    }
  }
}

const keyOf = ({ name, namespace }: Named): string => JSON.stringify([name, namespace]);

const joined = ({ name, namespace }: Named): string =>
  namespace === undefined ? name : `${namespace}${namespace.endsWith('__') ? '' : '__'}${name}`;

/** Returns the name under which targets receive the tool to which a member of the request refers. */
export const targetNameOf = (tool: Fields, known: KnownTools): string =>
  known.nameFor({
    name: tool.required('name', nonEmptyString),
    namespace: tool.optional('namespace', nonEmptyString) ?? tool.optional('server_label', nonEmptyString),
  });
