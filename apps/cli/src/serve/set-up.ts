import { resolve } from 'node:path';
import type { createGateway } from '@majordomo/gateway';
import type { createInspector } from '@majordomo/inspector';
import type { GatewayConfig } from '../config/config.ts';
import type { ConfigFiles } from '../config/find-config.ts';
import type { Settings } from '../config/settings.ts';
import { trustFile } from '../config/trust.ts';
import { storeOf } from '../keys/open-stores.ts';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { loadPackage, missingPackages } from '../program/load-package.ts';
import { printable } from '../terminal/paint.ts';
import { keyFile, tokenFile, type Authorize } from './key-file.ts';
import { drainOf, newToken, portOf } from './listen.ts';
import { reported } from './reload.ts';

/** Options of `majordomo serve`. */
export interface ServeFlags {
  readonly port: string;
  readonly host: string;
  readonly keyFile?: string;
  readonly models?: readonly string[];
  /** Whether the inspector shows prompts and answers. */
  readonly content?: true;
  /** Whether the inspector is served. `false` with `--no-inspector`. */
  readonly inspector?: boolean;
  readonly adminTokenFile?: string;
  readonly keys?: true;
  readonly store?: string;
  readonly metrics?: string;
  readonly drain?: string;
  /** Whether changed files cause a reload. `false` with `--no-watch`. */
  readonly watch?: boolean;
}

const WHY = 'majordomo serve';
const INSPECTOR = '@majordomo/inspector';

/** What the options and the configuration decide before anything is opened. */
export interface ServeSetup {
  readonly flags: ServeFlags;
  readonly place: { readonly port: number; readonly host: string; readonly drainMs: number };
  readonly metrics: 'admin' | 'public' | undefined;
  /** Callers of `--key-file`. */
  readonly keysOfFile: KeysOfFile | undefined;
  /** Whether every request needs a key of the store. */
  readonly needsKeys: boolean;
  /** URL or path of the store. */
  readonly store: string | undefined;
  /** Token of the inspector and of the admin API. */
  readonly token: string | undefined;
  /** Reason why the inspector is off although the options permit it. */
  readonly missingInspector: string | undefined;
  readonly packages: Packages;
}

/** Throws `Stop` if the options contradict each other or need something that is missing. */
export async function setUp(flags: ServeFlags, settings: Settings, io: Io): Promise<ServeSetup> {
  const missingInspector = inspectorProblem(flags, settings, io);
  const place = { port: portOf(flags.port), host: flags.host, drainMs: drainOf(flags.drain) };
  const keysOfFile = flags.keyFile === undefined ? undefined : await reloadedKeys(flags.keyFile, io);
  if (flags.keys === true && keysOfFile !== undefined)
    throw new Stop(
      '--keys and --key-file exclude each other; omit --key-file, and create keys with majordomo keys create',
    );
  // Callers on other machines must present a key of the key file or, without a key file, a key of the store.
  const needsKeys = flags.keys === true || (keysOfFile === undefined && !LOOPBACK.test(place.host));
  const metrics = metricsOf(flags);
  const servesInspector = flags.inspector !== false && missingInspector === undefined;
  const token = await adminToken({ ...flags, inspector: servesInspector }, io);
  const store = storeOf(flags.store, settings, io);
  for (const name of ['background', 'files'] as const)
    if (isEnabled(settings.gateway?.[name]) && !needsKeys && store === undefined)
      throw new Stop(
        `gateway.${name} of the configuration needs a store; set gateway.store, or pass --store`,
      );
  const packages = await loadPackages(io, servesInspector && token !== undefined);
  return { flags, place, metrics, keysOfFile, needsKeys, store, token, missingInspector, packages };
}

/** Adds the configuration's section `gateway` to the options. The options take precedence, except over `inspector: false`. */
export function withConfig(flags: ServeFlags, { gateway = { folder: '' } }: Settings): ServeFlags {
  // The default of `gateway` has an empty folder only for its type. The folder is not used here.
  const { keys, metrics, inspector } = gateway;
  return {
    ...(keys === true && flags.keyFile === undefined && { keys }),
    ...(metrics !== undefined && { metrics }),
    ...flags,
    ...(inspector === false && { inspector }),
  };
}

/**
 * Returns the reason why the inspector is off if its package is missing. Throws `Stop` if the configuration contains
 * `gateway.inspector: true`.
 */
function inspectorProblem({ inspector }: ServeFlags, { gateway }: Settings, { cwd }: Io): string | undefined {
  const missing = inspector === false ? undefined : missingPackages([INSPECTOR], cwd);
  if (missing === undefined) return undefined;
  if (gateway?.inspector === true) throw new Stop(`gateway.inspector of the configuration needs ${missing}`);
  return `off; needs ${missing}`;
}

const isEnabled = (option: GatewayConfig['background' | 'files']): boolean =>
  option !== undefined && option !== false;

/** Returns the files whose changes cause a reload. They include the file that `majordomo trust` changes. */
export function watchedFiles(
  { keyFile: path, watch }: ServeFlags,
  { project, user }: ConfigFiles,
  io: Io,
): readonly string[] {
  if (watch === false) return [];
  const files = [project, user].filter((file) => file !== undefined);
  return [
    ...files,
    ...(files.length === 0 ? [] : [trustFile(io)]),
    ...(path === undefined ? [] : [resolve(io.cwd, path)]),
  ];
}

interface Packages {
  readonly createGateway: typeof createGateway;
  readonly createInspector?: typeof createInspector;
}

async function loadPackages({ cwd }: Io, withInspector: boolean): Promise<Packages> {
  const gateway = await loadPackage('@majordomo/gateway', cwd, WHY);
  if (!withInspector) return gateway as Packages;
  const inspector = await loadPackage(INSPECTOR, cwd, WHY);
  return { ...gateway, ...inspector } as Packages;
}

/** Callers from a key file. `reload` reads the file again. If the file is invalid, the callers do not change. */
interface KeysOfFile {
  readonly authorize: Authorize;
  readonly reload: () => Promise<void>;
}

async function reloadedKeys(path: string, io: Io): Promise<KeysOfFile> {
  let authorize = await keyFile(path, io);
  const load = async (): Promise<string> => {
    authorize = await keyFile(path, io);
    return printable(path);
  };
  return { authorize: (request) => authorize(request), reload: reported('key file', load, io) };
}

/**
 * Returns the token of the inspector and the admin API, or `undefined`. If none is set, creates a token only for the inspector of
 * a server without `--keys` on a terminal. Elsewhere, the printed token would be stored in the logs of the process.
 */
async function adminToken(
  { inspector, adminTokenFile, keys }: ServeFlags,
  io: Io,
): Promise<string | undefined> {
  if (adminTokenFile !== undefined) return tokenFile(adminTokenFile, io);
  const { MAJORDOMO_ADMIN_TOKEN: token = '' } = io.env;
  if (token !== '') return token;
  if (inspector === false || keys === true) return undefined;
  return io.stdout.isTerminal ? newToken() : undefined;
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/i;

function metricsOf({ metrics }: ServeFlags): 'admin' | 'public' | undefined {
  if (metrics === undefined || metrics === 'admin' || metrics === 'public') return metrics;
  throw new Stop(`--metrics must be admin or public, not "${metrics}"`);
}
