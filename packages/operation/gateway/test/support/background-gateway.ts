import { testFolder } from '@majordomo/test-support';
import {
  anthropicMessages,
  geminiGenerate,
  startJobServer,
  startWireServer,
  type JobServer,
  type JobServerOptions,
  type Script,
  type WireServer,
} from '@majordomo/conformance';
import type { LedgerOptions } from '@majordomo/ledger';
import { sqliteStores } from '@majordomo/store-sqlite';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type OpenAI from 'openai';
import type { GatewayOptions } from '../../src/index.ts';
import { openBackgroundGateway, type GatewayFacts } from './open-background-gateway.ts';
import { KEY } from './test-gateway.ts';
import { openaiClient } from './clients.ts';

/** Gateway with background responses. Disposal stops it. */
export interface BackgroundGateway extends AsyncDisposable {
  readonly url: string;
  /** Returns OpenAI's client for a key. */
  client(apiKey?: string): OpenAI;
}

/** Gateway in a separate process. */
export interface GatewayProcess extends Pick<BackgroundGateway, 'url' | 'client'> {
  /** Kills the process with SIGKILL. */
  kill(): Promise<void>;
}

/** Vendors and stores that several gateways share, one after the other or at the same time. */
export interface BackgroundWorld extends AsyncDisposable {
  /** Jobs of `openai`. */
  readonly server: JobServer;
  /** Jobs of `other`. */
  readonly other: JobServer;
  readonly anthropic: WireServer;
  readonly google: WireServer;
  /** SQLite file of the stores. */
  readonly database: string;
  start(options?: Partial<GatewayOptions>): Promise<BackgroundGateway>;
  /** Starts a gateway as a separate process. The end of the world kills it. */
  startProcess(): Promise<GatewayProcess>;
  /** Ends the lease of a job, as 30 seconds after its process was killed. */
  endLease(id: string): Promise<void>;
}

interface WorldOptions {
  readonly server?: JobServerOptions;
  readonly other?: JobServerOptions;
  readonly live?: Script;
  readonly limits?: LedgerOptions['limits'];
}

/** Program of a gateway. */
const PROGRAM = new URL('background-process.ts', import.meta.url).pathname;

export async function backgroundWorld(options: WorldOptions = {}): Promise<BackgroundWorld> {
  const { live: script = [], limits = [] } = options;
  const [server, other, anthropic, google] = await Promise.all([
    startJobServer(options.server),
    startJobServer(options.other),
    startWireServer({ wire: anthropicMessages, script }),
    startWireServer({ wire: geminiGenerate, script }),
  ]);
  const folder = testFolder();
  const urls = {
    openai: server.baseURL,
    other: other.baseURL,
    anthropic: anthropic.baseURL,
    google: google.baseURL,
  };
  const facts: GatewayFacts = { folder, urls, limits };
  const processes: ChildProcess[] = [];
  return {
    server,
    other,
    anthropic,
    google,
    database: join(folder, 'state.db'),
    async start(gateway) {
      const { url, close } = await openBackgroundGateway(facts, gateway);
      return { url, client: clientOf(url), [Symbol.asyncDispose]: close };
    },
    async startProcess() {
      const args = ['--disable-warning=ExperimentalWarning', PROGRAM, JSON.stringify(facts)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      processes.push(child);
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
      const exit = once(child, 'exit');
      const kill = async (): Promise<void> => {
        child.kill('SIGKILL');
        await exit;
      };
      return { url: line, client: clientOf(line), kill };
    },
    async endLease(id) {
      const stores = sqliteStores(join(folder, 'state.db'));
      const key = JSON.stringify([id, 'team-a']);
      await stores.records.write('background', [{ type: 'touch', key, dueMs: 0 }]);
      await stores.close();
    },
    async [Symbol.asyncDispose]() {
      for (const child of processes) child.kill('SIGKILL');
      await Promise.all([server.close(), other.close(), anthropic.close(), google.close()]);
    },
  };
}

const clientOf =
  (url: string) =>
  (apiKey = KEY): OpenAI =>
    openaiClient({ url }, apiKey);
