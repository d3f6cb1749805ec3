import { LlmError } from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import type { McpServer, RegisteredResourceTemplate, UriTemplate } from '@modelcontextprotocol/server';
import type { ServerSdk } from '../sdk.ts';
import type { Closing } from './closing.ts';
import type { ServedTemplate } from './options.ts';

/** Maximum length of an address that is compared with templates, in characters. */
const MAX_URI_CHARS = 8192;

interface Variable {
  readonly name: string;
  /** Whether the value may contain a slash, as in `{+name}`. */
  readonly isReserved: boolean;
  /** Text between this variable and the next. */
  readonly after: string;
}

/** Template of addresses with `{name}` and `{+name}` (RFC 6570, levels 1 and 2). */
export class AddressTemplate {
  private readonly text: string;
  private readonly before: string;
  private readonly variables: readonly Variable[];

  /** Throws `config` for another expression, for two variables without a text between them, and for a repeated name. */
  constructor(text: string, path: string) {
    const fail = (why: string): LlmError =>
      new LlmError('config', `serveMcp: the template ${text} ${why}`, { path });
    const [before = '', ...rest] = text.split('{');
    this.text = text;
    this.before = before;
    this.variables = rest.map((part, at) => {
      const [, plus, name, after] = /^(\+?)(\w+)\}([^}]*)$/.exec(part) ?? [];
      if (name === undefined || after === undefined)
        throw fail('contains an expression that is not supported; use {name} or {+name}');
      if (after === '' && at < rest.length - 1)
        throw fail('contains two variables without a text between them; insert a slash');
      return { name, isReserved: plus === '+', after };
    });
    if (before === '' || before.includes('}')) throw fail('must begin with a scheme, such as seat://');
    if (rest.length === 0) throw fail('contains no variable; use a resource');
    if (new Set(this.variables.map(({ name }) => name)).size < rest.length)
      throw fail('contains a variable twice');
  }

  toString(): string {
    return this.text;
  }

  /**
   * Returns the decoded values of the variables, or `undefined` for another address. A value ends at the first occurrence of the
   * text that follows it, so the time is linear.
   */
  match(uri: string): Record<string, string> | undefined {
    if (!uri.startsWith(this.before)) return undefined;
    let at = this.before.length;
    const values: Record<string, string> = {};
    for (const [index, { name, isReserved, after }] of this.variables.entries()) {
      const isLast = index === this.variables.length - 1;
      if (isLast && !uri.endsWith(after)) return undefined;
      const end = isLast ? uri.length - after.length : uri.indexOf(after, at + 1);
      // The value must not be empty. -1: the text after the value is missing.
      if (end <= at) return undefined;
      const value = uri.slice(at, end);
      const decoded = isReserved || !value.includes('/') ? decodedValue(value) : undefined;
      if (decoded === undefined) return undefined;
      values[name] = decoded;
      at = end + after.length;
    }
    return values;
  }
}

function decodedValue(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

/** Checks the templates. Throws `config` for an invalid template, and for two templates of the same name or address. */
export function checkTemplates(templates: readonly ServedTemplate[]): void {
  for (const [at, { template, name }] of templates.entries()) {
    const path = `templates[${at}].template`;
    // The constructor throws for an invalid template.
    void new AddressTemplate(template, path);
    const former = templates.slice(0, at);
    if (former.some((other) => other.template === template || other.name === name))
      throw new LlmError(
        'config',
        `serveMcp: two templates have the name ${name} or the same address; rename one`,
        {
          path,
        },
      );
  }
}

/** Registers the templates at a server of the SDK. */
export function registerTemplates(
  sdk: ServerSdk,
  server: McpServer,
  templates: readonly ServedTemplate[],
  closing: Closing,
): readonly RegisteredResourceTemplate[] {
  return templates.map(({ template, name, description, mediaType: mimeType, read }) => {
    const addresses = new AddressTemplate(template, template);
    // A longer address is unknown, and has the error code of an unknown address.
    const match = (uri: string): Record<string, string> | undefined =>
      uri.length > MAX_URI_CHARS ? undefined : addresses.match(uri);
    // The SDK's own class compares with regular expressions.
    const uriTemplate = { match, toString: () => template, variableNames: [] } as unknown as UriTemplate;
    return server.registerResource(
      name,
      new sdk.ResourceTemplate(uriTemplate, { list: undefined }),
      { mimeType, ...(description === undefined ? {} : { description }) },
      (uri, variables, { mcpReq }) =>
        closing.run(mcpReq.signal, async (signal) => {
          const content = await read(variables as Record<string, string>, { signal });
          if (content === undefined) throw new sdk.ResourceNotFoundError(uri.href);
          const body = typeof content === 'string' ? { text: content } : { blob: toBase64(content) };
          return { contents: [{ uri: uri.href, mimeType, ...body }] };
        }),
    );
  });
}
