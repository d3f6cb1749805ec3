import {
  anthropicMessages,
  geminiGenerate,
  ollamaChat,
  openaiChat,
  openaiResponses,
  startWireServer,
  type Script,
} from '@majordomo/conformance';

/** Wire by the end of a request's path. */
const WIRES = [
  { path: /\/messages$/, wire: anthropicMessages },
  { path: /\/responses$/, wire: openaiResponses },
  { path: /:(?:stream)?generateContent$/i, wire: geminiGenerate },
  { path: /\/api\/chat$/, wire: ollamaChat },
  // Matches every other path.
  { path: /^/, wire: openaiChat },
];

/** Vendors on 127.0.0.1 in place of the vendors' hosts. */
export interface VendorHosts {
  /** Replacement of the global `fetch`. A request to any other host than the vendors' fails and names the host. */
  readonly fetch: typeof fetch;
  /** Replaces the script of all vendors. */
  play(script: Script): void;
  close(): Promise<void>;
}

/** Server that is called in this process. */
export type Service = (request: Request) => Promise<Response>;

/** Starts servers for the wires of the vendors on `hosts`. `services` are other servers by the beginning of their addresses. */
export async function startVendorHosts(
  hosts: RegExp,
  services: Readonly<Record<string, Service>>,
): Promise<VendorHosts> {
  let current: Script = [];
  let count = 0;
  const script: Script = (exchange) => {
    const step = typeof current === 'function' ? current(exchange, count) : current[count];
    count++;
    if (step === undefined) throw new Error('has no step left');
    return step;
  };
  const servers = await Promise.all(
    WIRES.map(async ({ path, wire }) => ({ path, server: await startWireServer({ wire, script }) })),
  );
  const platform = globalThis.fetch;
  return {
    fetch: (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const [, service] = Object.entries(services).find(([start]) => url.href.startsWith(start)) ?? [];
      if (service !== undefined) return service(new Request(input, init));
      if (!hosts.test(url.host) && url.hostname === '127.0.0.1') return platform(input, init);
      if (!hosts.test(url.host)) return Promise.reject(new Error(`no server plays ${url.href}`));
      const { server } = servers.find(({ path }) => path.test(url.pathname))!;
      const address = `${server.url}${url.pathname}${url.search}`;
      return platform(input instanceof Request ? new Request(address, input) : address, init);
    },
    play(next) {
      current = next;
      count = 0;
    },
    close: async () => {
      await Promise.all(servers.map(({ server }) => server.close()));
    },
  };
}
