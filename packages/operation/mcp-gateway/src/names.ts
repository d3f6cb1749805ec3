import { asRecord, isRecord } from '@majordomo/core/toolkit';

/** Name of a tool or prompt, or address of a resource, at a server. */
export interface Place {
  readonly server: string;
  readonly name: string;
}

const SEPARATOR = '__';

/**
 * Names in the responses for a client. At `/mcp`, a tool is named `server__tool`, and the address of a resource begins with `server+`, so
 * that no server can use the name of another. At `/mcp/NAME`, names and addresses are those of the server.
 */
export class Names {
  private readonly single: string | undefined;

  constructor(single: string | undefined) {
    this.single = single;
  }

  /** Returns the client's name of a tool or prompt. */
  outer(server: string, name: string): string {
    return this.single === undefined ? server + SEPARATOR + name : name;
  }

  /** Returns the place of a tool or prompt. */
  inner(name: string): Place | undefined {
    return this.split(name, SEPARATOR);
  }

  /** Returns the place that the parameters of a request name. */
  placeOf(method: string, params: object): Place | undefined {
    const isCompletion = method === 'completion/complete';
    const { name, uri, type } = asRecord(isCompletion ? asRecord(params)['ref'] : params);
    const isName = isCompletion ? type === 'ref/prompt' : method !== 'resources/read';
    return isName ? this.inner(String(name)) : this.innerUri(String(uri));
  }

  /** Returns the client's address of a resource. */
  outerUri(server: string, uri: string): string {
    return this.single === undefined ? `${server}+${uri}` : uri;
  }

  /** Returns the place of a resource. */
  innerUri(uri: string): Place | undefined {
    return this.split(uri, '+');
  }

  /** Returns a definition of a tool, or a result, with the client's addresses of resources. */
  outerUris<T>(server: string, value: T): T {
    return this.single === undefined ? (this.renamed(server, value) as T) : value;
  }

  private split(name: string, separator: string): Place | undefined {
    const { single } = this;
    if (single !== undefined) return { server: single, name };
    const at = name.indexOf(separator);
    return at < 0 ? undefined : { server: name.slice(0, at), name: name.slice(at + separator.length) };
  }

  /** Replaces the addresses in the places where the protocol has them: content, messages, resources and apps. */
  private renamed(server: string, value: unknown): unknown {
    if (!isRecord(value)) return value;
    const copy: Record<string, unknown> = { ...value };
    if (typeof copy['uri'] === 'string') copy['uri'] = this.outerUri(server, copy['uri']);
    for (const name of ['content', 'contents', 'messages']) {
      // The content of a message is one object, and the other members are arrays.
      const list = copy[name];
      if (Array.isArray(list)) copy[name] = list.map((item) => this.renamed(server, item));
      else if (isRecord(list)) copy[name] = this.renamed(server, list);
    }
    if (isRecord(copy['resource'])) copy['resource'] = this.renamed(server, copy['resource']);
    const { _meta: meta } = value;
    if (isRecord(meta) && isRecord(meta['ui']) && typeof meta['ui']['resourceUri'] === 'string') {
      const resourceUri = this.outerUri(server, meta['ui']['resourceUri']);
      copy['_meta'] = { ...meta, ui: { ...meta['ui'], resourceUri } };
    }
    return copy;
  }
}
