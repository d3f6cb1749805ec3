import { setTimeout } from 'node:timers/promises';
import type { Admin, AdminOptions, CallLog, CallLogOptions, Keys } from '@majordomo/admin';
import type { Background, RecordStore } from '@majordomo/background';
import type { Majordomo } from '@majordomo/core';
import type { GatewayFilesOptions } from '@majordomo/gateway';
import type { Ledger } from '@majordomo/ledger';
import type { McpGateway } from '@majordomo/mcp-gateway';
import type { CallLogConfig } from '../config/config.ts';
import type { Settings } from '../config/settings.ts';
import { currentCatalog } from '../catalog/current-catalog.ts';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import type { GatewayStores } from '../keys/gateway-stores.ts';
import { openStores } from '../keys/open-stores.ts';
import { createConfiguredLedger } from '../ledger/open-ledger.ts';
import { loadPackage } from '../program/load-package.ts';
import { printable } from '../terminal/paint.ts';
import { mcpOf } from './mcp-of.ts';

/** Parts of a gateway that use its store. Disposal writes all pending records. */
export interface GatewayParts extends AsyncDisposable {
  /** Virtual keys. Set if every request needs a key. */
  readonly keys: Keys | undefined;
  readonly calls: CallLog | undefined;
  readonly ledger: Ledger;
  readonly admin: Admin;
  /** MCP servers of the configuration, if it has any. */
  readonly mcp: McpGateway | undefined;
  /** Store of records. */
  readonly records: RecordStore;
  /** Store for the state of the Responses API. `undefined` if the configuration disables it. */
  readonly responses: { readonly records: RecordStore; readonly keepMs: number | undefined } | undefined;
  /** Files of clients. `undefined` if the configuration does not enable them. */
  readonly files: GatewayFilesOptions | undefined;
  /** Returns the jobs of background responses for a majordomo. `undefined` if the configuration does not enable them. */
  readonly background: ((majordomo: Majordomo) => Background) | undefined;
  /** Resolves if the database responds, otherwise rejects. */
  ready(): Promise<unknown>;
}

interface PartsOptions {
  /** URL or path of the store. If `undefined`, the ledger's file is used. */
  readonly store: string | undefined;
  readonly needsKeys: boolean;
  /** Token of the admin API. */
  readonly token: string | undefined;
  /** Returns the served names, for the admin API. */
  readonly models: AdminOptions['models'];
}

const WHY = 'majordomo serve';
/** Time for which a stopped gateway books pending costs while its store fails, and the pause between two tries, in milliseconds. */
const BOOK_MS = 4000;
const BOOK_EVERY_MS = 500;

type AdminPackage = typeof import('@majordomo/admin');

/** Opens the store. Throws `Stop` if the store cannot be opened, or if a part that needs it is misconfigured. */
export async function openParts(options: PartsOptions, settings: Settings, io: Io): Promise<GatewayParts> {
  const loaded = await loadPackage('@majordomo/admin', io.cwd, WHY);
  const stores = await openStores(options.store, settings, io, WHY);
  try {
    return await createParts(loaded as AdminPackage, stores, options, settings, io);
  } catch (error) {
    await stores[Symbol.asyncDispose]();
    throw error;
  }
}

async function createParts(
  { createAdmin, createCallLog, createKeys }: AdminPackage,
  stores: GatewayStores,
  { needsKeys, token, models }: PartsOptions,
  settings: Settings,
  io: Io,
): Promise<GatewayParts> {
  const { storeTimeoutMs } = stores;
  const files = filesOf(stores, settings);
  const { calls: log = true, responses = true } = settings.gateway ?? {};
  if (stores.calls === undefined && log !== false)
    io.stderr.write('The call log is off: Redis has no store for it. Use postgres:// for a call log.\n');
  const keys = needsKeys ? createKeys({ records: stores.records, timeoutMs: storeTimeoutMs }) : undefined;
  const calls =
    stores.calls === undefined || log === false
      ? undefined
      : createCallLog({
          store: stores.calls,
          ...(typeof log === 'object' && callLogOptions(log)),
          onError: (error) =>
            io.stderr.write(`call log: ${printable(error.message)}; calls are not affected\n`),
        });
  const options = {
    store: stores.ledger,
    storeTimeoutMs,
    // The metadata of each call contains the id of its virtual key as `key`.
    tags: ['key'],
    limitsOf: keys && ((call) => keys.limitsOf(call)),
    onRecord: calls?.onRecord,
  } satisfies Parameters<typeof createConfiguredLedger>[0];
  const ledger = await createConfiguredLedger(options, settings, io);
  const background = await backgroundOf({ records: stores.records, ledger }, settings, io);
  const mcp = await mcpOf(settings, { ledger, records: stores.records }, io);
  return {
    keys,
    calls,
    ledger,
    mcp,
    admin: createAdmin({ keys, calls, ledger, models, mcp, token }),
    records: stores.records,
    responses:
      responses === false
        ? undefined
        : { records: stores.records, keepMs: typeof responses === 'object' ? responses.keepMs : undefined },
    files,
    background,
    ready: () => stores.ready(),
    async [Symbol.asyncDispose]() {
      await mcp?.close();
      // The ledger adds costs to the call log, so it books them before the log ends.
      await bookPending(ledger);
      await Promise.all([calls?.close(), keys?.close()]);
      try {
        // Reports the records that the store has not accepted.
        await ledger.close();
      } finally {
        await stores[Symbol.asyncDispose]();
      }
    },
  };
}

/** Books pending costs. Repeats it for `BOOK_MS` if the store fails, because the costs are known only to this process. */
async function bookPending(ledger: Ledger): Promise<void> {
  const end = performance.now() + BOOK_MS;
  for (;;) {
    try {
      await ledger.flush();
      return;
    } catch {
      if (performance.now() >= end) return;
    }
    await setTimeout(BOOK_EVERY_MS);
  }
}

/** Returns the option for the files of clients, if the configuration enables them. */
function filesOf(
  { records, files: store }: GatewayStores,
  { gateway }: Settings,
): GatewayFilesOptions | undefined {
  const { files = false } = gateway ?? {};
  if (files === false) return undefined;
  if (store === undefined)
    throw new Stop(
      'gateway.files of the configuration needs a store for files, which Redis has not; use a SQLite file or postgres://',
    );
  return { records, store, ...(typeof files === 'object' && files) };
}

/** Returns the function that creates the jobs of background responses, if the configuration enables them. */
async function backgroundOf(
  parts: { readonly records: RecordStore; readonly ledger: Ledger },
  { gateway }: Settings,
  io: Io,
): Promise<GatewayParts['background']> {
  const { background = false, responses = true } = gateway ?? {};
  if (background === false) return undefined;
  if (responses === false)
    throw new Stop(
      'gateway.background of the configuration needs gateway.responses; remove responses: false',
    );
  const loaded = await loadPackage('@majordomo/background', io.cwd, 'gateway.background');
  const { createBackground } = loaded as typeof import('@majordomo/background');
  const catalog = await currentCatalog(io);
  const keepMs = typeof background === 'object' ? background.keepMs : undefined;
  return (majordomo) => createBackground({ ...parts, majordomo, catalog, keepMs });
}

function callLogOptions({
  content = false,
  completeFor = [],
  ...times
}: CallLogConfig): Partial<CallLogOptions> {
  const tenants = new Set(completeFor);
  return { ...times, contentOf: ({ tenant = '' }) => (tenants.has(tenant) ? 'complete' : content) };
}
