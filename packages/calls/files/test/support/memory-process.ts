import { createMajordomo, file, user } from '@majordomo/core';
import { createFiles } from '@majordomo/files';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';
import { existsSync, openAsBlob, readFileSync } from 'node:fs';

// Asks about a small and then about a large document, and prints by how many bytes the second question raised the memory.
const [baseURL = '', spec = '', small = '', large = ''] = process.argv.slice(2);
const files = createFiles({ aboveBytes: 1000 });
const providers = [
  createOpenAI({ apiKey: 'key', baseURL: `${baseURL}/v1` }),
  createAnthropic({ apiKey: 'key', baseURL }),
  createGoogle({ apiKey: 'key', baseURL }),
];
const model = createMajordomo({ providers, files, env: {} }).model(spec);

async function ask(path: string): Promise<void> {
  const document = file(await openAsBlob(path), 'application/pdf', 'report.pdf');
  const { warnings } = await model.generate({ messages: [user(document, 'What is in it?')] });
  if (warnings.length > 0) throw new Error(JSON.stringify(warnings));
}

await ask(small);
globalThis.gc?.();
const before = process.memoryUsage.rss();
await ask(large);
console.log(highest() - before);

/** Returns the highest memory of the process as the system reports it, which does not depend on the time of a sample. */
function highest(): number {
  const status = '/proc/self/status';
  // On Linux, `maxRSS` also contains the memory of the process that started this one.
  const kilobytes = existsSync(status)
    ? /VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]
    : process.resourceUsage().maxRSS;
  return Number(kilobytes) * 1024;
}
