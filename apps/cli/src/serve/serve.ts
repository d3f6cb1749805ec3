import type { Served } from '@majordomo/gateway/node';
import { undiciFetch } from '@majordomo/undici';
import { currentCatalog } from '../catalog/current-catalog.ts';
import { openableIds } from '../backends/configured.ts';
import { openSpecs } from '../backends/open.ts';
import { openLedgerGates } from '../ledger/ledger-gates.ts';
import { loadSettings, type Settings } from '../config/settings.ts';
import { EXIT, Stop, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { loadPackage } from '../load-package.ts';
import { reasonOf } from '../reason.ts';
import { plannerOf } from './planner-of.ts';
import { printable } from '../paint.ts';
import { keyFile, tokenFile, type Authorize } from './key-file.ts';
import { openKeyGateway } from './key-gateway.ts';
import { drainOf, untilAborted, GRACE_MS, inspectorAt, listen, newToken, portOf } from './listen.ts';
import { createOperator } from './operator.ts';
import { presetsOf, servedModels, type ServedModels } from './served-models.ts';

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
}

const WHY = 'majordomo serve';

/** `majordomo serve`: serves the names of the configuration as models until Ctrl-C. */
export async function serve(flags: ServeFlags, io: Io): Promise<ExitCode> {
  const place = { port: portOf(flags.port), host: flags.host, drainMs: drainOf(flags.drain) };
  const settings = await loadSettings(io);
  const models = servedModels(flags.models, settings);
  const authorize = flags.keyFile === undefined ? undefined : await reloadedKeys(flags.keyFile, io);
  // Callers on other machines must present a key.
  const needsKeys = flags.keys === true || (authorize === undefined && !LOOPBACK.test(place.host));
  if (flags.keys === true && authorize !== undefined)
    throw new Stop(
      '--keys and --key-file exclude each other; import the keys of the file with majordomo keys create',
    );
  const metrics = metricsOf(flags);
  const token = await adminToken(flags, io);
  const loaded = await loadPackages(io, flags.inspector !== false && token !== undefined);
  await using keyed = needsKeys ? await openKeyGateway(flags.store, token, settings, io) : undefined;
  await using opened = keyed === undefined ? await openLedgerGates(settings, io) : undefined;
  const ledger = keyed?.ledger ?? opened?.ledger;
  const specs = await specsOf(models, settings, io);
  const operator = createOperator(io);
  const majordomo = await openSpecs(specs, settings, {
    cwd: io.cwd,
    signal: io.signal,
    gates: ledger === undefined ? [] : [ledger.gate],
    onEvent: operator.onEvent,
    // This variable enables HTTP_PROXY and similar variables, as for the platform's `fetch`.
    fetch: undiciFetch({ proxy: io.env['NODE_USE_ENV_PROXY'] === '1' ? 'environment' : undefined }),
  });
  const catalog = await currentCatalog(io);
  const inspector = loaded.createInspector?.({
    majordomo,
    models,
    catalog,
    ledger,
    router: plannerOf(settings),
    content: flags.content,
    token,
  });
  // The specs are resolved now to report errors, such as unknown quirks of a DSN, at the start.
  for (const spec of fixedSpecs(models, settings)) await majordomo.resolve(spec, { signal: io.signal });
  const { onError } = operator;
  const gateway = loaded.createGateway({
    majordomo,
    models,
    authorize: keyed === undefined ? authorize : (request) => keyed.keys.authorize(request),
    catalog,
    mounts: [inspector, keyed?.admin].filter((mount) => mount !== undefined),
    metrics,
    checks: keyed && { store: () => keyed.ready() },
    onEvent: keyed?.calls.onEvent,
    onRequest: keyed?.calls.onRequest,
    onError,
  });
  const served = await listen(gateway, place, WHY, io);
  io.takeTime(GRACE_MS + place.drainMs + 1000);
  // All lines are written at once, because a reader may close the pipe after the first line.
  io.stdout.write(
    [
      `Serving ${printable(Object.keys(models).join(', '))} at ${served.url}`,
      `export OPENAI_BASE_URL=${served.url}/v1 ANTHROPIC_BASE_URL=${served.url}  # ${keyHint(flags, needsKeys)}`,
      `Inspector: ${inspectorLine(served.url, token, flags, token === io.env['MAJORDOMO_ADMIN_TOKEN'])}\n`,
    ].join('\n'),
  );
  await untilAborted(io.signal);
  await closeServer(served, io);
  return EXIT.ok;
}

async function loadPackages({ cwd }: Io, withInspector: boolean) {
  const gateway = await loadPackage('@majordomo/gateway', cwd, WHY);
  const { createGateway } = gateway as typeof import('@majordomo/gateway');
  if (!withInspector) return { createGateway };
  const inspector = await loadPackage('@majordomo/inspector', cwd, `${WHY} (or pass --no-inspector)`);
  const { createInspector } = inspector as typeof import('@majordomo/inspector');
  return { createGateway, createInspector };
}

/** Returns the callers of a key file. SIGHUP reloads the file. If the file has a mistake, the callers do not change. */
async function reloadedKeys(path: string, io: Io): Promise<Authorize> {
  let authorize = await keyFile(path, io);
  io.onHangup(() => {
    keyFile(path, io).then(
      (reloaded) => {
        authorize = reloaded;
        io.stderr.write(`SIGHUP: the keys of ${printable(path)} are loaded again\n`);
      },
      (error: unknown) => {
        io.stderr.write(`SIGHUP: ${printable(reasonOf(error))}; the earlier keys stay valid\n`);
      },
    );
  });
  return (request) => authorize(request);
}

/**
 * Returns the token of the inspector and the admin API, or `undefined` if there is none. Without one from outside, a new token is shown on a
 * terminal only: elsewhere it would be stored in the logs of the process.
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
    return flags.inspector === false ? 'off' : 'off; requires --admin-token-file without a terminal';
  if (flags.inspector === false) return 'off';
  if (flags.adminTokenFile !== undefined)
    return `${url}/inspector, with the token in ${printable(flags.adminTokenFile)}`;
  // A token from outside is not printed.
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

/**
 * Returns the specs whose providers are opened. With presets, these are all configured providers, because a preset may select any
 * of them.
 */
async function specsOf(models: ServedModels, settings: Settings, { cwd }: Io): Promise<readonly string[]> {
  const specs = fixedSpecs(models, settings);
  if (presetsOf(settings).length === 0) return specs;
  return [...specs, ...(await openableIds(settings, cwd)).map((id) => `${id}/*`)];
}

/** Returns the specs that are not presets. */
function fixedSpecs(models: ServedModels, settings: Settings): readonly string[] {
  const presets = new Set(presetsOf(settings));
  return Object.values(models).filter((spec) => !presets.has(spec));
}

/** Closes the server, and prints a line if closing takes longer. */
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
