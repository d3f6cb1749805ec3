import { LlmError, messageOf } from '@majordomo/core';
import { atLeast, builtinModule, checkOptions, type KindsOf, MAX_ELEMENTS } from '@majordomo/core/toolkit';
import type { OperatorReports } from './errors/report.ts';
import { isMcp } from './routes/mcp.ts';
import { isBuiltIn } from './routes/router.ts';
import {
  FIXED,
  type FilesSettings,
  type GatewayFilesOptions,
  type GatewayOptions,
  type GatewayUpdate,
  type Mounted,
  type Settings,
} from './options.ts';

const KINDS: KindsOf<GatewayOptions> = {
  majordomo: 'object with model',
  models: 'object',
  anySpec: 'boolean',
  authorize: 'function',
  wrapModel: 'function',
  mounts: 'array',
  routes: 'object',
  mcp: 'object with fetch',
  responses: 'object',
  background: 'object with poll',
  files: 'object',
  moderations: 'function',
  metrics: ['admin', 'public'],
  checks: 'object',
  onRequest: 'function',
  onEvent: 'function',
  inspector: 'boolean or object',
  catalog: 'object with find',
  onError: 'function',
  maxBodyBytes: atLeast(1),
  maxTotalBodyBytes: atLeast(1),
  maxElements: atLeast(1),
  maxConcurrent: atLeast(1),
  maxSockets: atLeast(1),
  idleMs: atLeast(1),
  cors: 'array',
  fetchMedia: 'function',
  maxUrls: atLeast(1),
};

const MOUNTED_KINDS: KindsOf<Mounted> = {
  path: 'string',
  onEvent: 'function',
  fetch: 'function',
  accepts: 'function',
  metrics: 'function',
};

/** Throws `config` if the change contains an option that `update` cannot change. */
export function checkUpdate(change: GatewayUpdate): void {
  checkOptions('gateway.update', change, KINDS);
  for (const name of FIXED)
    if (Object.hasOwn(change, name))
      throw new LlmError('config', `gateway.update: ${name} cannot be changed; create another gateway`, {
        path: name,
      });
}

/** Checks the options and adds defaults. Throws `config` for invalid options. */
export function settingsOf(options: GatewayOptions, reports: OperatorReports): Settings {
  checkOptions('createGateway', options, KINDS, ['majordomo', 'models']);
  const maxBodyBytes = options.maxBodyBytes ?? 32 * 1024 * 1024;
  const settings: Settings = {
    ...options,
    anySpec: options.anySpec ?? false,
    mounts: options.mounts ?? [],
    routes: options.routes ?? {},
    checks: options.checks ?? {},
    reports,
    maxBodyBytes,
    maxTotalBodyBytes: options.maxTotalBodyBytes ?? defaultTotalBytes(maxBodyBytes),
    maxElements: options.maxElements ?? MAX_ELEMENTS,
    maxConcurrent: options.maxConcurrent ?? 5000,
    maxSockets: options.maxSockets ?? 16,
    maxUrls: options.maxUrls ?? 20,
    idleMs: options.idleMs ?? 60_000,
    cors: options.cors ?? [],
    files: filesSettings(options.files),
  };
  for (const [name, spec] of Object.entries(settings.models)) checkSpec(name, spec, settings);
  for (const [at, mounted] of settings.mounts.entries()) {
    checkOptions(`mounts[${at}] of createGateway`, mounted, MOUNTED_KINDS, ['path', 'fetch']);
    if (!/^(?:\/[\w.-]+)+$/.test(mounted.path))
      throw wrong(`mounts[${at}].path`, 'must be a path such as /inspector');
  }
  if (settings.maxTotalBodyBytes < maxBodyBytes)
    throw wrong('maxTotalBodyBytes', 'must not be less than maxBodyBytes');
  const { responses, background } = settings;
  if (responses !== undefined)
    checkOptions(
      'responses of createGateway',
      responses,
      { records: 'object with list', keepMs: atLeast(1) },
      ['records'],
    );
  if (background !== undefined && responses === undefined)
    throw wrong('background', 'requires `responses`, whose store contains the background responses');
  for (const [path, route] of Object.entries(settings.routes)) {
    if (!/^(?:\/[\w.-]+)+(?:\/\*)?$/.test(path))
      throw wrong(`routes[${JSON.stringify(path)}]`, 'must be a path such as /v1/batches or /v1/batches/*');
    if (typeof (route as unknown) !== 'function')
      throw wrong(`routes[${JSON.stringify(path)}]`, 'must be a function');
    // `x` stands for any path below the pattern.
    if (isServed(path.replace(/\*$/, 'x'), settings))
      throw wrong(
        `routes[${JSON.stringify(path)}]`,
        'a built-in route answers this path; use another path, or a handler of `mounts`, which has precedence',
      );
  }
  for (const [name, check] of Object.entries(settings.checks))
    if (typeof (check as unknown) !== 'function') throw wrong(`checks.${name}`, 'must be a function');
  for (const [at, origin] of settings.cors.entries()) {
    if (typeof (origin as unknown) !== 'string' || URL.parse(origin)?.origin !== origin)
      throw wrong(`cors[${at}]`, 'must be an origin such as https://app.example');
  }
  return settings;
}

/** Whether a built-in route, or the route of an option, answers the requests of a path. */
const isServed = (path: string, { metrics, mcp }: Settings): boolean =>
  isBuiltIn(path) || (path === '/metrics' && metrics !== undefined) || (isMcp(path) && mcp !== undefined);

interface V8 {
  getHeapStatistics(): { readonly heap_size_limit: number };
}

/** Returns the default of `maxTotalBodyBytes`. A body that is one long text needs up to five times its size until its call ends. */
function defaultTotalBytes(maxBodyBytes: number): number {
  const heap = builtinModule<V8>('node:v8')?.getHeapStatistics().heap_size_limit ?? Infinity;
  return Math.max(maxBodyBytes, Math.min(16 * maxBodyBytes, Math.floor(heap / 8)));
}

const FILES_KINDS: KindsOf<GatewayFilesOptions> = {
  records: 'object with write',
  store: 'object with put',
  maxBytes: atLeast(1),
  maxFiles: atLeast(1),
  maxTotalBytes: atLeast(1),
  keepMs: atLeast(1),
};

function filesSettings(files: GatewayFilesOptions | undefined): FilesSettings | undefined {
  if (files === undefined) return undefined;
  checkOptions('files of createGateway', files, FILES_KINDS, ['records', 'store']);
  return {
    records: files.records,
    store: files.store,
    maxBytes: files.maxBytes ?? 512 * 1024 * 1024,
    maxFiles: files.maxFiles ?? 1000,
    maxTotalBytes: files.maxTotalBytes ?? 10 * 1024 * 1024 * 1024,
    keepMs: files.keepMs ?? 2_592_000_000,
  };
}

function checkSpec(name: string, spec: string, { majordomo }: Settings): void {
  try {
    majordomo.parse(spec);
  } catch (cause) {
    const message = `models[${JSON.stringify(name)}]: ${messageOf(cause)}`;
    throw new LlmError('config', message, { path: 'models' }, { cause });
  }
}

const wrong = (path: string, message: string): LlmError =>
  new LlmError('config', `createGateway: ${path}: ${message}`, { path });
