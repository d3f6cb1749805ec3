import type { createGateway } from '@majordomo/gateway';
import type { Served } from '@majordomo/gateway/node';
import type { createInspector } from '@majordomo/inspector';
import type { Ledger } from '@majordomo/ledger';
import type { McpGateway } from '@majordomo/mcp-gateway';
import { currentCatalog } from '../catalog/current-catalog.ts';
import { findConfigs } from '../config/find-config.ts';
import { forgetConfigs } from '../config/import-config.ts';
import { loadSettings, type Settings } from '../config/settings.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { openConfiguredLedger } from '../ledger/open-ledger.ts';
import { announce } from './announce.ts';
import { configured, servedTargets, type Configured } from './configured.ts';
import { type GatewayParts, openParts } from './gateway-parts.ts';
import { GRACE_MS, listen, untilAborted } from './listen.ts';
import { hasLogins, loginPages } from './mcp-login.ts';
import { mcpOf } from './mcp-of.ts';
import { createFailurePrinter } from './failure-printer.ts';
import { plannerOf } from './planner-of.ts';
import { inSequence, replaceLimits, reported, WatchedFiles } from './reload.ts';
import { setUp, watchedFiles, withConfig, type ServeFlags, type ServeSetup } from './set-up.ts';

const WHY = 'majordomo serve';
/** Time that the process may take after its connections are closed, before it is ended, in milliseconds. */
const CLOSE_MARGIN_MS = 10_000;

/** Implements `majordomo serve`. Serves the names of the configuration as models until Ctrl-C or SIGTERM. */
export async function serve(given: ServeFlags, io: Io): Promise<ExitCode> {
  // A change after this point causes a reload, also if the settings are being loaded.
  const watched = await WatchedFiles.create(watchedFiles(given, await findConfigs(io), io));
  const settings = await loadSettings(io);
  const flags = withConfig(given, settings);
  const setup = await setUp(flags, settings, io);
  const { place, store, needsKeys, token } = setup;
  // The admin API is created before the models are known, and a reload replaces them, so `models` reads them from this object.
  const current: { configured?: Configured } = {};
  const models = async () => (current.configured === undefined ? [] : servedTargets(current.configured));
  const storeOptions = { store, needsKeys, token, models };
  await using stores =
    needsKeys || store !== undefined ? await openParts(storeOptions, settings, io) : undefined;
  await using opened = stores === undefined ? await openConfiguredLedger(settings, io) : undefined;
  const ledger = stores?.ledger ?? opened?.ledger;
  await using ownMcp = stores === undefined ? await mcpOf(settings, { ledger }, io) : undefined;
  const mcp = stores?.mcp ?? ownMcp;
  const { gateway, reload } = await start({ setup, stores, ledger, mcp, current }, settings, io);
  const served = await listen(gateway, { ...place, sockets: settings.gateway?.sockets }, WHY, io);
  io.becomeServer(GRACE_MS + place.drainMs + CLOSE_MARGIN_MS);
  announce(
    served.url,
    { names: Object.keys(current.configured?.models ?? {}), servesMcp: mcp !== undefined, setup },
    io,
  );
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

interface StartOptions {
  readonly setup: ServeSetup;
  readonly stores: GatewayParts | undefined;
  readonly ledger: Ledger | undefined;
  readonly mcp: McpGateway | undefined;
  /** Part that a reload replaces. */
  readonly current: { configured?: Configured };
}

/** Creates the gateway and its inspector, and a function that applies a changed configuration to both. */
async function start(options: StartOptions, settings: Settings, io: Io) {
  const { setup, stores, ledger, mcp, current } = options;
  const { flags, metrics, keysOfFile, token, packages } = setup;
  const { onEvent, onError } = createFailurePrinter(io);
  const modelOptions = { names: flags.models, ledger, onEvent };
  const first = await configured(settings, modelOptions, io);
  current.configured = first;
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
    mounts: [inspector, admin, mcpPages(settings, keys, mcp, onError)].filter((mount) => mount !== undefined),
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
  return { gateway, reload };
}

/** Returns the pages at which users log in to MCP servers, if a server has a login. Throws `Stop` without keys. */
function mcpPages(
  { gateway }: Settings,
  keys: GatewayParts['keys'],
  mcp: McpGateway | undefined,
  onError: (error: unknown) => void,
): ReturnType<typeof loginPages> | undefined {
  const { mcp: config } = gateway ?? {};
  if (config?.url === undefined || mcp === undefined || !hasLogins(config)) return undefined;
  if (keys === undefined)
    throw new Stop(
      'gateway.mcp of the configuration has a server with a login, which needs gateway.keys: true',
    );
  return loginPages(mcp, keys, config.url, onError);
}

interface ReloadOptions extends Omit<StartOptions, 'setup' | 'mcp'> {
  readonly gateway: Pick<ReturnType<typeof createGateway>, 'update'>;
  readonly inspector: Pick<ReturnType<typeof createInspector>, 'update'> | undefined;
  readonly configure: (settings: Settings) => Promise<Configured>;
}

/** Returns a function that loads the configuration again, applies it, and returns a summary. If it fails, nothing is replaced. */
function createReload(
  { gateway, inspector, configure, stores, ledger, current }: ReloadOptions,
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
    current.configured = changed;
    inspector?.update({ ...changed, router: plannerOf(next) });
    if (ledger !== undefined) replaceLimits(ledger, present.ledger?.limits ?? [], limits);
    present = next;
    return `${Object.keys(changed.models).length} models`;
  };
}

/** Returns the gateway options that a reload applies. */
const changeable = ({ gateway }: Settings) => ({
  cors: gateway?.cors,
  maxConcurrent: gateway?.maxConcurrent,
  maxTotalBodyBytes: gateway?.maxTotalBodyBytes,
  maxElements: gateway?.maxElements,
  maxSockets: gateway?.maxSockets,
});

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
