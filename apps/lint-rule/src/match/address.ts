import type { InferenceHost } from '../data/hosts.ts';
import type { ReplacementName } from '../data/replacement.ts';
import { vendorWords, type Proof, type WirePath } from '../data/wire.ts';
import { HOLE } from '../ast/text.ts';

/** What an address says about who answers there. */
export type Verdict =
  | {
      readonly kind: 'inference';
      readonly by: 'host' | 'path';
      /** The host or path that gave it away. */
      readonly what: string;
      readonly use: ReplacementName;
      readonly needs: Proof;
      /** A path without a host: this app's own route, or a client's base URL elsewhere. */
      readonly relative: boolean;
      /** The part that nobody can see bears a vendor's name: `${env.OLLAMA_URL}/api/chat`. */
      readonly named: boolean;
    }
  | { readonly kind: 'unknown'; readonly named: boolean }
  | { readonly kind: 'other' };

export interface AddressBook {
  readonly hosts: readonly InferenceHost[];
  readonly paths: readonly WirePath[];
}

export type AddressReader = (text: string) => Verdict;

/** Compiles the lists once; the reader is called for suspicious calls only. */
export function addressReader(book: AddressBook): AddressReader {
  const hostOf = hostFinder(book.hosts);
  const pathOf = pathFinder(book.paths);
  return (text) => {
    const { authority, path } = split(text);
    // To ask which models there are asks none of them.
    if (LISTING.test(path)) return OTHER;
    const host = authority === undefined ? undefined : hostOf(authority, path);
    if (host !== undefined) {
      const { host: what, use } = host;
      return {
        kind: 'inference',
        by: 'host',
        what,
        use,
        needs: 'nothing',
        relative: false,
        named: isNamed(text),
      };
    }
    const known = pathOf(path);
    if (known === undefined) return text.startsWith(HOLE) ? { kind: 'unknown', named: isNamed(text) } : OTHER;
    const relative = authority === undefined && !text.startsWith(HOLE);
    // `/v1/messages` alone is this app's own route, unless a header of the wire goes with it.
    const needs = relative && known.needs !== 'nothing' ? 'header' : known.needs;
    const { path: what, use } = known;
    return { kind: 'inference', by: 'path', what, use, needs, relative, named: isNamed(text) };
  };
}

const OTHER: Verdict = { kind: 'other' };

/** The wires' lists of models, and one model of them: `/v1/models`, `/api/tags`. */
const LISTING = /\/(?:v\d\w*|api)\/(?:models|tags)\/?(?:[?#]|$)/;

/** A host option as it stands in `https.request({ hostname })`: no scheme. */
export function asAddress(host: string): string {
  return ADDRESS.test(host) || host.startsWith(HOLE) ? host : `https://${host}`;
}

const ADDRESS = /^\s*(?:https?|wss?):\/\/([^/?#]*)/i;

function split(text: string): { readonly authority: string | undefined; readonly path: string } {
  const address = ADDRESS.exec(text);
  // `https://api.openai.com${path}`: the host ends where the hole begins.
  const authority = address?.[1]?.replace(/(?<=[^\0])\0[^\0]*\0$/, '');
  const start =
    address === null ? 0 : address[0].length - (address[1] ?? '').length + (authority ?? '').length;
  return { authority, path: text.slice(start).replace(/\/{2,}/g, '/') };
}

type HostFinder = (authority: string, path: string) => InferenceHost | undefined;

function hostFinder(hosts: readonly InferenceHost[]): HostFinder {
  const compiled = hosts.map((entry) => ({
    entry,
    // A hole in a host matches a `*`: `bedrock-runtime.${region}.amazonaws.com`.
    pattern: new RegExp(`^${escape(entry.host).replaceAll('*', '[^./]+')}(?::\\d+)?$`, 'i'),
    paths: entry.paths?.map((path) => ({ path, pattern: new RegExp(`^${segments(path)}`) })),
  }));
  return (authority, path) => {
    const host = authority.replace(/^.*@/, '');
    const [visible = ''] = path.split(HOLE, 1);
    const open = visible !== path || path === '';
    for (const { entry, pattern, paths } of compiled) {
      if (!pattern.test(host)) continue;
      if (paths === undefined) return entry;
      if (paths.some((prefix) => prefix.pattern.test(path) || (open && prefix.path.startsWith(visible))))
        return entry;
    }
    return undefined;
  };
}

function pathFinder(paths: readonly WirePath[]): (path: string) => WirePath | undefined {
  const compiled = paths.map((entry) => ({
    entry,
    pattern: new RegExp(`${segments(entry.path)}/?(?:[?#]|$)`),
  }));
  const any = new RegExp(compiled.map(({ pattern }) => pattern.source).join('|'));
  return (path) => (any.test(path) ? compiled.find(({ pattern }) => pattern.test(path))?.entry : undefined);
}

function segments(path: string): string {
  return escape(path).replaceAll('*', '[^/?#]+');
}

function escape(text: string): string {
  return text.replace(/[.$+()[\]]/g, '\\$&');
}

function isNamed(text: string): boolean {
  return text.includes(HOLE) && vendorWords.test((text.match(HOLES) ?? []).join(' '));
}

const HOLES = /\0[^\0]*\0/g;
