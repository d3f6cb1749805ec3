import { resolve } from 'node:path';
import type { createGateway } from '@majordomo/gateway';
import type { Served } from '@majordomo/gateway/node';
import type { createInspector } from '@majordomo/inspector';
import type { Ledger } from '@majordomo/ledger';
import type { McpGateway } from '@majordomo/mcp-gateway';
import { currentCatalog } from '../catalog/current-catalog.ts';
import type { GatewayConfig } from '../config/config.ts';
import { forgetConfigs } from '../config/import-config.ts';
import { loadSettings, type Settings } from '../config/settings.ts';
import { trustFile } from '../config/trust.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { storeOf } from '../keys/open-stores.ts';
import { openLedgerGates } from '../ledger/ledger-gates.ts';
import { loadPackage, missingPackages } from '../program/load-package.ts';
import { printable } from '../terminal/paint.ts';
import { configured, type Configured } from './configured.ts';
import { type GatewayParts, openParts } from './gateway-parts.ts';
import { keyFile, tokenFile, type Authorize } from './key-file.ts';
import { drainOf, GRACE_MS, inspectorAt, listen, newToken, portOf, untilAborted } from './listen.ts';
import { mcpOf } from './mcp-of.ts';
import { createModelList, type ModelList } from './model-list.ts';
import { createFailurePrinter } from './failure-printer.ts';
import { plannerOf } from './planner-of.ts';
import { inSequence, replaceLimits, reported, WatchedFiles } from './reload.ts';

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
/** Time that the process may take after its connections are closed, before it is ended, in milliseconds. */
const CLOSE_MARGIN_MS = 1000;
const INSPECTOR = '@majordomo/inspector';

/** Implements `majordomo serve`. Serves the names of the configuration as models until Ctrl-C or SIGTERM. */
export async function serve(given: ServeFlags, io: Io): Promise<ExitCode> {
  const settings = await loadSettings(io);
  const flags = withConfig(given, settings);
  const watched = new WatchedFiles(watchedFiles(flags, settings, io));
  const setup = await setUp(flags, settings, io);
  const { place, store, needsKeys, token } = setup;
  const modelList = createModelList();
  const storeOptions = { store, needsKeys, token, models: () => modelList.list() };
  await using stores =
    needsKeys || store !== undefined ? await openParts(storeOptions, settings, io) : undefined;
  await using opened = stores === undefined ? await openLedgerGates(settings, io) : undefined;
  const ledger = stores?.ledger ?? opened?.ledger;
  await using ownMcp = stores === undefined ? await mcpOf(settings, { ledger }, io) : undefined;
  const mcp = stores?.mcp ?? ownMcp;
  const { models, gateway, reload } = await start({ setup, stores, ledger, mcp, modelList }, settings, io);
  const served = await listen(gateway, { ...place, sockets: settings.gateway?.sockets }, WHY, io);
  io.becomeServer(GRACE_MS + place.drainMs + CLOSE_MARGIN_MS);
  announce(served.url, { names: Object.keys(models), servesMcp: mcp !== undefined, setup }, io);
  const reloadAll = inSequence(async () => {
    await reported('configuration', reload, io)();
    await setup.keysOfFile?.reload();
  });
  io.onHangup(reloadAll);
  const stopWatching = watched.onChange(reloadAll);
  await untilAborted(io.signal);
  stopWatching();
  await closeServer(served, io);
  return EXIT.ok;
}

/** What the options and the configuration decide before anything is opened. */
interface ServeSetup {
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
async function setUp(flags: ServeFlags, settings: Settings, io: Io): Promise<ServeSetup> {
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

interface StartOptions {
  readonly setup: ServeSetup;
  readonly stores: GatewayParts | undefined;
  readonly ledger: Ledger | undefined;
  readonly mcp: McpGateway | undefined;
  readonly modelList: ModelList;
}

/** Creates the gateway and its inspector, and a function that applies a changed configuration to both. */
async function start(options: StartOptions, settings: Settings, io: Io) {
  const { setup, stores, ledger, mcp, modelList } = options;
  const { flags, metrics, keysOfFile, token, packages } = setup;
  const { onEvent, onError } = createFailurePrinter(io);
  const modelOptions = { names: flags.models, gates: ledger === undefined ? [] : [ledger.gate], onEvent };
  const first = await configured(settings, modelOptions, io);
  modelList.set(first);
  const catalog = await currentCatalog(io);
  const { admin, keys, calls: callLog, responses, files, background } = stores ?? {};
  const inspector = packages.createInspector?.({
    ...first,
    catalog,
    ledger,
    admin,
    router: plannerOf(settings),
    content: flags.content,
    token,
  });
  const gateway = packages.createGateway({
    ...first,
    ...changeable(settings),
    authorize: keys === undefined ? keysOfFile?.authorize : (request) => keys.authorize(request),
    catalog,
    mounts: [inspector, admin].filter((mount) => mount !== undefined),
    responses,
    files,
    mcp,
    background: background?.(first.majordomo),
    metrics,
    checks: stores && { store: () => stores.ready() },
    onEvent: callLog?.onEvent,
    onRequest: callLog?.onRequest,
    onError,
  });
  const configure = (next: Settings): Promise<Configured> =>
    configured(next, { ...modelOptions, base: first.majordomo }, io);
  const reload = createReload({ gateway, inspector, configure, ...options }, settings, io);
  return { models: first.models, gateway, reload };
}

interface ReloadOptions extends Omit<StartOptions, 'setup' | 'mcp'> {
  readonly gateway: Pick<ReturnType<typeof createGateway>, 'update'>;
  readonly inspector: Pick<ReturnType<typeof createInspector>, 'update'> | undefined;
  readonly configure: (settings: Settings) => Promise<Configured>;
}

/** Returns a function that loads the configuration again, applies it, and returns a summary. If it fails, nothing is replaced. */
function createReload(
  { gateway, inspector, configure, stores, ledger, modelList }: ReloadOptions,
  settings: Settings,
  io: Io,
): () => Promise<string> {
  let present = settings;
  return async () => {
    forgetConfigs();
    const next = await loadSettings(io);
    const changed = await configure(next);
    const limits = next.ledger?.limits ?? [];
    const { createLedger } = await import('@majordomo/ledger');
    // An invalid limit throws here, before anything is replaced.
    createLedger({ limits });
    gateway.update({ ...changed, ...changeable(next), background: stores?.background?.(changed.majordomo) });
    modelList.set(changed);
    inspector?.update({ ...changed, router: plannerOf(next) });
    if (ledger !== undefined) replaceLimits(ledger, present.ledger?.limits ?? [], limits);
    present = next;
    return `${Object.keys(changed.models).length} models`;
  };
}

/** Prints the address, the variables for clients and the place of the inspector. */
function announce(
  url: string,
  {
    names,
    servesMcp,
    setup,
  }: { readonly names: readonly string[]; readonly servesMcp: boolean; readonly setup: ServeSetup },
  { env, stdout }: Io,
): void {
  const { flags, needsKeys, token, missingInspector } = setup;
  const isFromOutside = token === env['MAJORDOMO_ADMIN_TOKEN'];
  // Write all lines at once. A reader may close the pipe after the first line, and a later write would end the server.
  stdout.write(
    [
      `Serving ${printable(names.join(', '))} at ${url}`,
      `export OPENAI_BASE_URL=${url}/v1 ANTHROPIC_BASE_URL=${url}  # ${keyHint(flags, needsKeys)}`,
      ...(servesMcp ? [`MCP: ${url}/mcp`] : []),
      `Inspector: ${missingInspector ?? inspectorLine(url, token, flags, isFromOutside)}\n`,
    ].join('\n'),
  );
}

/** Adds the configuration's section `gateway` to the options. The options take precedence, except over `inspector: false`. */
function withConfig(flags: ServeFlags, { gateway = { folder: '' } }: Settings): ServeFlags {
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

/** Returns the gateway options that a reload applies. */
const changeable = ({ gateway }: Settings) => ({
  cors: gateway?.cors,
  maxConcurrent: gateway?.maxConcurrent,
  maxTotalBodyBytes: gateway?.maxTotalBodyBytes,
  maxElements: gateway?.maxElements,
  maxSockets: gateway?.maxSockets,
});

const isEnabled = (option: GatewayConfig['background' | 'files']): boolean =>
  option !== undefined && option !== false;

/** Returns the files whose changes cause a reload. They include the file that `majordomo trust` changes. */
function watchedFiles({ keyFile: path, watch }: ServeFlags, { files }: Settings, io: Io): readonly string[] {
  if (watch === false) return [];
  return [
    ...files.map(({ file }) => file),
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

function inspectorLine(
  url: string,
  token: string | undefined,
  flags: ServeFlags,
  isFromOutside: boolean,
): string {
  if (token === undefined)
    return flags.inspector === false
      ? 'off'
      : 'off; to enable it without a terminal, pass --admin-token-file FILE';
  if (flags.inspector === false) return 'off';
  if (flags.adminTokenFile !== undefined)
    return `${url}/inspector?token=TOKEN; the token is in ${printable(flags.adminTokenFile)}`;
  // Do not print a token that the user has set, because logs may contain the output.
  return isFromOutside ? `${url}/inspector, with MAJORDOMO_ADMIN_TOKEN` : inspectorAt(url, token);
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/i;

function keyHint({ keyFile: path }: ServeFlags, needsKeys: boolean): string {
  if (needsKeys) return 'keys from majordomo keys create';
  return path === undefined ? 'any key is accepted' : `keys from ${printable(path)}`;
}

function metricsOf({ metrics }: ServeFlags): 'admin' | 'public' | undefined {
  if (metrics === undefined || metrics === 'admin' || metrics === 'public') return metrics;
  throw new Stop(`--metrics must be admin or public, not "${metrics}"`);
}

/** Closes the server, and prints a line if closing takes longer than 300 ms. */
async function closeServer(served: Served, { stderr }: Io): Promise<void> {
  const timer = setTimeout(() => {
    stderr.write(`Answers in progress have ${GRACE_MS / 1000} s to end; Ctrl-C ends them at once.\n`);
  }, 300);
  try {
    await served.close(GRACE_MS);
  } finally {
    clearTimeout(timer);
  }
}
