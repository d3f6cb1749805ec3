// Process that reads a small and a large video, and prints the additional memory of the second, in bytes.
import { createBackground } from '@majordomo/background';
import { createMajordomo } from '@majordomo/core';
import { openaiCompatible, xai } from '@majordomo/provider-openai';

const [small = '', large = ''] = process.argv.slice(2);

/** Reads a video. Returns the maximum memory of the process while it was read, in bytes. */
async function read(origin: string): Promise<number> {
  const provider = openaiCompatible(xai, { id: 'grok', apiKey: 'key', baseURL: `${origin}/v1` });
  const background = createBackground({ majordomo: createMajordomo({ providers: [provider] }) });
  const job = await background.videoModel('grok/grok-imagine-video').start({ prompt: 'A boat' });
  const { videos } = await job.result();
  const content = await videos[0]?.read();
  globalThis.gc?.();
  let most = process.memoryUsage.rss();
  let size = 0;
  for await (const chunk of content?.stream() ?? []) {
    size += chunk.length;
    // Chunks that have been read are garbage, which the engine would collect later on a machine with much memory.
    if (size % 2 ** 20 < chunk.length) globalThis.gc?.();
    most = Math.max(most, process.memoryUsage.rss());
  }
  if (size !== content?.size) throw new Error(`${size} of ${String(content?.size)} bytes have arrived`);
  return most;
}

const before = await read(small);
console.log(Math.max(0, (await read(large)) - before));
