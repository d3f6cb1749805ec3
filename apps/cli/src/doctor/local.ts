import { isIP } from 'node:net';
import { LlmError, type Env } from '@majordomo/core';
import { BACKENDS, backendForScheme, backendOf, type Backend } from '../backends/backends.ts';
import { createBackend } from '../backends/create-backend.ts';
import { loadPackage, locatePackage } from '../program/load-package.ts';
import { openIds } from '../backends/open.ts';
import { dsnEntries } from '../backends/dsns.ts';
import type { Settings } from '../config/settings.ts';
import type { Io } from '../program/io.ts';
import { reasonOf } from '../program/reason.ts';
import { absent, mistake, ok, type Finding, type Section } from './finding.ts';
import { isLocalNetwork } from '../program/nearby.ts';

/** Time limit for a server to list its models, in milliseconds. The time includes loading the SDK, which may be slow. */
const ANSWER_MS = 5000;

export const LOCAL_TITLE = 'On this machine';

/** Reports which local servers respond, and which CLIs are installed. Sends no request beyond the local network. */
export async function local(settings: Settings, io: Io): Promise<Section> {
  const nearby = dsnEntries(settings.env).flatMap(({ id, dsn }) =>
    dsn && isLocalNetwork(dsn.host) ? [id] : [],
  );
  const servers = BACKENDS.filter(({ kind }) => kind === 'server').map(({ id }) => id);
  const findings = await Promise.all([
    ...[...new Set([...servers, ...nearby])].map((id) => server(id, settings, io)),
    ...BACKENDS.filter(({ kind }) => kind === 'cli').map((backend) => cli(backend, settings, io)),
  ]);
  return { title: LOCAL_TITLE, findings };
}

async function server(id: string, settings: Settings, io: Io): Promise<Finding> {
  const { dsn } = dsnEntries(settings.env).find((entry) => entry.id === id) ?? {};
  const backend = dsn === undefined ? backendOf(id) : backendForScheme(dsn.scheme);
  const outside = dsn === undefined ? variableOutside(backend, settings.env) : undefined;
  if (outside !== undefined)
    return absent(id, `not checked: ${outside} is not an address of the local network`);
  if (backend !== undefined && locatePackage(backend.package, io.cwd) === undefined) {
    return absent(id, `not checked: needs ${backend.package}`);
  }
  try {
    const majordomo = await openIds([id], settings, { cwd: io.cwd, signal: io.signal });
    const signal = AbortSignal.any([io.signal, AbortSignal.timeout(ANSWER_MS)]);
    const { length } = await majordomo.listModels(id, { signal });
    return ok(id, `answers, ${length} ${length === 1 ? 'model' : 'models'}`);
  } catch (error) {
    if (io.signal.aborted) throw error;
    if (!LlmError.is(error)) return absent(id, `cannot be called: ${reasonOf(error)}`);
    if (error.kind === 'auth')
      return mistake(id, `answers, but requires a valid key (${error.details.status ?? error.kind})`);
    // Some servers do not list models but answer requests.
    return error.details.status === undefined
      ? absent(id, `does not answer (${error.kind})`)
      : ok(id, `answers, but lists no models (${error.kind} ${error.details.status})`);
  }
}

/** Returns the variable that moves a server out of the local network, or `undefined` if none does. */
function variableOutside(backend: Backend | undefined, env: Env): string | undefined {
  const [variable] = backend?.addressEnv ?? [];
  const address = variable === undefined ? '' : (env[variable]?.trim() ?? '');
  return address === '' || isLocalNetwork(hostOf(address)) ? undefined : variable;
}

/** Addresses on which a server accepts connections from every network. Ollama's client replaces them with loopback addresses. */
const ALL_NETWORKS = new Set(['0.0.0.0', '[::]']);

/** Returns the host of an address, or an empty string for an invalid address. OLLAMA_HOST may lack the scheme or the host. */
function hostOf(address: string): string {
  // `:11434` lacks the host. `::1` is an IPv6 address.
  const named = /^:(?!:)/.test(address) ? `localhost${address}` : address;
  const authority = isIP(named) === 6 ? `[${named}]` : named;
  const host = URL.parse(address.includes('://') ? address : `http://${authority}`)?.hostname ?? '';
  return ALL_NETWORKS.has(host) ? 'localhost' : host;
}

/** Path and version of a CLI, and the variable that disables it. */
interface Presence {
  readonly path: string | undefined;
  readonly version: string | undefined;
  readonly suppressedBy: string | undefined;
}

async function cli(backend: Backend, { env }: Settings, io: Io): Promise<Finding> {
  if (locatePackage(backend.package, io.cwd) === undefined) {
    return absent(backend.id, `not checked: needs ${backend.package}`);
  }
  const provider = createBackend(backend, await loadPackage(backend.package, io.cwd, backend.id), env);
  const detect: unknown = Reflect.get(provider, 'detect');
  if (typeof detect !== 'function')
    return absent(backend.id, `${backend.package} does not support detection; update the package`);
  const { path, version, suppressedBy } = (await Reflect.apply(detect, provider, [{ env }])) as Presence;
  if (path === undefined) return absent(backend.id, 'not installed');
  const off = suppressedBy === undefined ? '' : `, disabled by ${suppressedBy}`;
  return ok(backend.id, `${path} ${version ?? 'of unknown version'}${off}`);
}
