import type Anthropic from '@anthropic-ai/sdk';
import { startFileServer, type FileRequest, type FileServer } from '@majordomo/conformance';
import { createMajordomo } from '@majordomo/core';
import { createFiles } from '@majordomo/files';
import { folderFiles } from '@majordomo/files/node';
import { memoryRecords } from '@majordomo/records';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';
import { readdirSync } from 'node:fs';
import type OpenAI from 'openai';
import { testFolder } from '@majordomo/test-support';
import { onTestFinished } from 'vitest';
import { createGateway, type GatewayFilesOptions, type GatewayOptions } from '../../src/index.ts';
import { serve } from '../../src/node.ts';
import { byKey, KEY } from './test-gateway.ts';
import { anthropicClient, openaiClient } from './clients.ts';

export const OTHER_KEY = 'key-of-team-b';
export const MODELS = {
  gpt: 'openai/gpt-5.4',
  chat: 'chat/gpt-5.4',
  claude: 'anthropic/claude-sonnet-5',
  gemini: 'google/gemini-3.7-flash',
};

/** Gateway with files, and the vendors behind it. */
export interface FilesSetup {
  readonly server: FileServer;
  readonly url: string;
  readonly folder: string;
  openai(apiKey?: string): OpenAI;
  anthropic(apiKey?: string): Anthropic;
  /** Returns the requests that models received. */
  chats(): readonly FileRequest[];
}

/** Starts a gateway with files in a folder, and vendors that enforce their rules for files. */
export async function setUp(
  options: Partial<GatewayFilesOptions> = {},
  gatewayOptions: Partial<GatewayOptions> = {},
): Promise<FilesSetup> {
  const folder = testFolder();
  const server = await startFileServer();
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey: 'k', baseURL: server.baseURL }),
      createOpenAI({ id: 'chat', api: 'chat', apiKey: 'k', baseURL: server.baseURL }),
      createAnthropic({ apiKey: 'k', baseURL: server.url }),
      createGoogle({ apiKey: 'k', baseURL: server.url }),
    ],
    files: createFiles({ aboveBytes: 100_000 }),
    env: {},
  });
  const files = { records: memoryRecords(), store: folderFiles(folder), ...options };
  const gateway = createGateway({ majordomo, models: MODELS, authorize: byKey, files, ...gatewayOptions });
  const { url, close } = await serve(gateway, { port: 0 });
  onTestFinished(async () => {
    await close(0);
    await server.close();
  });
  return {
    server,
    url,
    folder,
    openai: (apiKey = KEY) => openaiClient({ url }, apiKey),
    anthropic: (apiKey = KEY) => anthropicClient({ url }, apiKey),
    chats: () => server.requests.filter(({ step }) => step === 'chat'),
  };
}

export const pdf = (size: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(size).fill(0x20);
  bytes.set(new TextEncoder().encode('%PDF-1.7\n'));
  return bytes;
};

/** Returns the files in a folder and its folders. */
export const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
