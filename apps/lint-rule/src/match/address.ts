import type { InferenceHost } from '../data/hosts.ts';
import type { ReplacementName } from '../data/replacement.ts';
import { vendorNames, type RequiredEvidence, type WirePath } from '../data/wire.ts';
import { UNKNOWN_MARK } from '../ast/strings.ts';

/** Result of matching an address against the known hosts and paths. */
export type AddressMatch =
  | {
      readonly kind: 'inference';
      readonly source: 'host' | 'path';
      /** Host or path that matched. */
      readonly subject: string;
      readonly use: ReplacementName;
      readonly needs: RequiredEvidence;
      /** Whether the address is a path without a host, such as a route of the application or a path for a base URL. */
      readonly isRelative: boolean;
      /** Whether an unknown part contains a vendor's name, as in `${env.OLLAMA_URL}/api/chat`. */
      readonly hasVendorName: boolean;
    }
  | { readonly kind: 'unknown'; readonly hasVendorName: boolean }
  | { readonly kind: 'other' };

export interface AddressRules {
  readonly hosts: readonly InferenceHost[];
  readonly paths: readonly WirePath[];
}

export type AddressMatcher = (text: string) => AddressMatch;

/** Compiles the lists into a function that classifies one address. */
export function addressMatcher(rules: AddressRules): AddressMatcher {
  const hostOf = hostFinder(rules.hosts);
  const pathOf = pathFinder(rules.paths);
  return (text) => {
    const { authority, path } = splitAddress(text);
    // A request that lists models is not an inference request.
    if (LISTING.test(path)) return OTHER;
    const hasVendorName = containsVendorName(text);
    const host = authority === undefined ? undefined : hostOf(authority, path);
    if (host !== undefined) {
      const found = { source: 'host', subject: host.host, use: host.use, needs: 'nothing' } as const;
      return { kind: 'inference', ...found, isRelative: false, hasVendorName };
    }
    const startsUnknown = text.startsWith(UNKNOWN_MARK);
    const wirePath = pathOf(path);
    if (wirePath === undefined) return startsUnknown ? { kind: 'unknown', hasVendorName } : OTHER;
    const isRelative = authority === undefined && !startsUnknown;
    // Without a host, an ambiguous path such as `/v1/messages` may be a route of this application, so require a vendor's header.
    const needs = isRelative && wirePath.needs !== 'nothing' ? 'header' : wirePath.needs;
    const found = { source: 'path', subject: wirePath.path, use: wirePath.use, needs } as const;
    return { kind: 'inference', ...found, isRelative, hasVendorName };
  };
}

const OTHER: AddressMatch = { kind: 'other' };

/** Matches paths that list models, such as `/v1/models` and `/api/tags`. */
const LISTING = /\/(?:v\d\w*|api)\/(?:models|tags)\/?(?:[?#]|$)/;

/** Adds a scheme to a host that has none, such as the host in `https.request({ hostname })`. */
export function toAddress(host: string): string {
  return ADDRESS.test(host) || host.startsWith(UNKNOWN_MARK) ? host : `https://${host}`;
}

const ADDRESS = /^\s*(?:https?|wss?):\/\/([^/?#]*)/i;

function splitAddress(text: string): { readonly authority: string | undefined; readonly path: string } {
  const address = ADDRESS.exec(text);
  // In `https://api.openai.com${path}`, the host ends where the unknown part begins.
  const authority = address?.[1]?.replace(/(?<=[^\0])\0[^\0]*\0$/, '');
  const start =
    address === null ? 0 : address[0].length - (address[1] ?? '').length + (authority ?? '').length;
  return { authority, path: text.slice(start).replace(/\/{2,}/g, '/') };
}

type HostFinder = (authority: string, path: string) => InferenceHost | undefined;

function hostFinder(hosts: readonly InferenceHost[]): HostFinder {
  const compiled = hosts.map((entry) => ({
    entry,
    // A `*` also matches an unknown part, as in `bedrock-runtime.${region}.amazonaws.com`.
    pattern: new RegExp(`^${escape(entry.host).replaceAll('*', '[^./]+')}(?::\\d+)?$`, 'i'),
    paths: entry.paths?.map((path) => ({ path, pattern: new RegExp(`^${segments(path)}`) })),
  }));
  return (authority, path) => {
    const host = authority.replace(/^.*@/, '');
    // A path that continues with an unknown part, or a base address without a path, may lead to each prefix that begins like it.
    const [knownStart = ''] = path.split(UNKNOWN_MARK, 1);
    const isOpenEnded = knownStart !== path || path === '';
    for (const { entry, pattern, paths } of compiled) {
      if (!pattern.test(host)) continue;
      if (paths === undefined) return entry;
      if (
        paths.some(
          (prefix) => prefix.pattern.test(path) || (isOpenEnded && prefix.path.startsWith(knownStart)),
        )
      )
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
  return (path) => compiled.find(({ pattern }) => pattern.test(path))?.entry;
}

function segments(path: string): string {
  return escape(path).replaceAll('*', '[^/?#]+');
}

function escape(text: string): string {
  return text.replace(/[.$+()[\]]/g, '\\$&');
}

function containsVendorName(text: string): boolean {
  return text.includes(UNKNOWN_MARK) && vendorNames.test((text.match(UNKNOWN_PARTS) ?? []).join(' '));
}

const UNKNOWN_PARTS = /\0[^\0]*\0/g;
