import {
  startFileServer,
  type FileRequest,
  type FileServer,
  type FileServerOptions,
} from '@majordomo/conformance';
import {
  createMajordomo,
  type CallOptions,
  type ChatRequest,
  type ChatResponse,
  type MajordomoOptions,
} from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { createFiles, type FileEvent, type Files, type FilesOptions } from '../src/index.ts';

/** Server, providers and events of one test. */
export interface World extends AsyncDisposable {
  readonly server: FileServer;
  readonly files: Files;
  readonly events: FileEvent[];
  readonly majordomo: ReturnType<typeof createMajordomo>;
  ask(request: ChatRequest, options?: CallOptions & { readonly spec?: string }): Promise<ChatResponse>;
  /** Returns the received requests of one step. */
  requests(step: FileRequest['step']): readonly FileRequest[];
}

export interface WorldOptions extends Omit<FilesOptions, 'onEvent'> {
  readonly server?: FileServerOptions | undefined;
  readonly spec?: string | undefined;
  readonly majordomo?: Partial<MajordomoOptions> | undefined;
  readonly providers?: ((server: FileServer) => MajordomoOptions['providers']) | undefined;
}

/** Key of the account at all vendors. */
export const KEY = 'key-of-the-account';

export const openaiAt = ({ baseURL }: FileServer, apiKey: string = KEY): MajordomoOptions['providers'] => [
  createOpenAI({ apiKey, baseURL }),
  createOpenAI({ id: 'chat', api: 'chat', apiKey, baseURL }),
];

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const {
    server: serverOptions,
    spec = 'openai/gpt-5.4',
    majordomo: own,
    providers = openaiAt,
    ...rest
  } = options;
  const { clock } = rest;
  const server = await startFileServer({ clock, ...serverOptions });
  const events: FileEvent[] = [];
  const files = createFiles({ aboveBytes: 1000, onEvent: (event) => events.push(event), ...rest });
  const majordomo = createMajordomo({ providers: providers(server), files, env: {}, clock, ...own });
  return {
    server,
    files,
    events,
    majordomo,
    ask: (request, { spec: other = spec, ...call } = {}) => majordomo.model(other).generate(request, call),
    requests: (step) => server.requests.filter((request) => request.step === step),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** Returns bytes of a PDF, which differ by their number. */
export function pdf(size: number, number = 1): Uint8Array {
  const bytes = new Uint8Array(size).fill(0x20);
  bytes.set(new TextEncoder().encode(`%PDF-1.7\n% document ${number}\n`));
  return bytes;
}

/** Returns bytes of a PNG. */
export function png(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 64, 0, 0, 0, 64]);
  return bytes;
}
