import { createMajordomo } from '@majordomo/core';
import { createFiles } from '@majordomo/files';
import { folderFiles } from '@majordomo/files/node';
import { memoryRecords } from '@majordomo/records';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';
import { readFileSync } from 'node:fs';
import { createGateway } from '../../src/index.ts';
import { serve } from '../../src/node.ts';

// A gateway with files. Sends its URL, and measures between the messages `begin` and `end` of its parent.
const [vendor = '', folder = ''] = process.argv.slice(2);
const majordomo = createMajordomo({
  providers: [
    createOpenAI({ apiKey: 'k', baseURL: `${vendor}/v1` }),
    createAnthropic({ apiKey: 'k', baseURL: vendor }),
    createGoogle({ apiKey: 'k', baseURL: vendor }),
  ],
  files: createFiles(),
  env: {},
});
const gateway = createGateway({
  majordomo,
  models: {
    gpt: 'openai/gpt-5.4',
    claude: 'anthropic/claude-sonnet-5',
    gemini: 'google/gemini-3.7-flash',
  },
  authorize: () => ({ tenant: 'team-a' }),
  files: { records: memoryRecords(), store: folderFiles(folder) },
  maxBodyBytes: 64 * 1024 * 1024,
});

/** Returns a number of the Linux kernel about this process. */
const kernel = (file: 'status' | 'io', name: string): number =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/self/${file}`, 'utf8'))?.[1]);

let memory = 0;
let read = 0;
process.on('message', (message) => {
  if (message === 'begin') {
    globalThis.gc?.();
    memory = process.memoryUsage.rss();
    read = kernel('io', 'rchar');
    process.send?.({});
  } else {
    process.send?.({ memory: kernel('status', 'VmHWM') * 1024 - memory, read: kernel('io', 'rchar') - read });
  }
});
process.on('disconnect', () => process.exit());
process.send?.((await serve(gateway, { port: 0 })).url);
