import { LlmError, type Majordomo, type SpecElement } from '@majordomo/core';
import { backendForScheme, backendOf } from '../backends/backends.ts';
import { locatePackage } from '../backends/load-package.ts';
import { meaningOf } from '../backends/open.ts';
import { dsnIds } from '../backends/wanted.ts';
import type { Settings } from '../config/settings.ts';
import { mistake, ok, type Finding, type Section } from './finding.ts';

/** The model that is asked by default, and the aliases: parsed, with the place of a mistake. */
export async function specs(settings: Settings, majordomo: Majordomo, signal: AbortSignal): Promise<Section> {
  const { model, aliases, env, providers } = settings;
  const ids = new Set([...providers.map(({ id }) => id), ...dsnIds(env)]);
  const isKnown = async ({ kind, text }: SpecElement): Promise<boolean> => {
    const id = text.split('/')[0] ?? '';
    return kind === 'name'
      ? (await meaningOf(text, settings, signal)) !== undefined
      : ids.has(id) || backendOf(id) !== undefined;
  };
  const check = async (name: string, spec: string): Promise<Finding> => {
    try {
      for (const element of majordomo.parse(spec)) {
        if (await isKnown(element)) continue;
        const what = element.kind === 'name' ? 'no alias' : 'no known provider';
        return mistake(name, `character ${element.offset} of "${spec}": ${element.text} is ${what}`);
      }
      return ok(name, spec);
    } catch (error) {
      if (LlmError.is(error)) return mistake(name, error.message);
      throw error;
    }
  };
  const all = [
    ...(model === undefined ? [] : [['default model', model] as const]),
    ...Object.entries(aliases),
  ];
  const findings = await Promise.all(all.map(([name, spec]) => check(name, spec)));
  return { title: 'Specs', findings };
}

/** `LLM_*` DSNs: where each leads, or at which character it goes wrong. Tokens are not shown. */
export function dsns({ env }: Settings, majordomo: Majordomo, cwd: string): Section {
  const findings = Object.entries(env)
    .filter((entry): entry is [string, string] => entry[0].startsWith('LLM_') && entry[1] !== undefined)
    .filter(([, value]) => value.includes('://'))
    .map(([name, value]) => dsn(name, value, majordomo, cwd));
  return { title: 'DSNs', findings };
}

/** A slash in a token ends it: what follows would be shown as a host and a path. */
const SPLIT_TOKEN = /^[^:]+:\/\/[^/?#@]*(?=\/[^?#]*@)/;

function dsn(name: string, value: string, majordomo: Majordomo, cwd: string): Finding {
  const split = SPLIT_TOKEN.exec(value)?.[0].length;
  if (split !== undefined) {
    return mistake(name, `character ${split}: an @ behind a slash; in a token write %2F for a slash`);
  }
  const at = flawIn(value);
  const backend = backendForScheme(value);
  if (at === undefined && backend !== undefined && locatePackage(backend.package, cwd) === undefined) {
    return mistake(name, `needs ${backend.package}: npm install ${backend.package}`);
  }
  const error = majordomo.loadEnv({ [name]: value })[0];
  if (error !== undefined) {
    // The scheme that nobody serves stands at the beginning; all else that can be wrong is in the parameters.
    const where = at ?? (backend === undefined ? 0 : value.indexOf('?'));
    // The line names the variable already.
    const why = error.message.replace(`${name} is no usable backend: `, '').replace(`${name}: `, '');
    return mistake(name, `character ${where}: ${why}`);
  }
  return ok(name, `${withoutToken(value)}${value.includes('@') ? ' (with a token)' : ''}`);
}

const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/(?<authority>[^/?#]*)/i;
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?$/i;

/** The character at which a DSN stops being one. */
export function flawIn(value: string): number | undefined {
  const text = value.trimStart();
  const before = value.length - text.length;
  const match = AUTHORITY.exec(text);
  if (match === null) return before + (/^[a-z][a-z0-9+.-]*/i.exec(text)?.[0].length ?? 0);
  const authority = match.groups?.['authority'] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return HOST.test(host) ? undefined : before + match[0].length - host.length;
}

/** Scheme, host and path; neither the token before the host nor the parameters, which may hold one. */
function withoutToken(value: string): string {
  const match = /^([^:]+:\/\/)([^/?#]*)([^?#]*)/.exec(value.trim());
  const [, scheme = '', authority = '', path = ''] = match ?? [];
  return scheme + authority.slice(authority.lastIndexOf('@') + 1) + path;
}
