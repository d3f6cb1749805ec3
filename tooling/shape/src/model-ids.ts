import { documents } from './documents.ts';
import { filesIn, read } from './repository.ts';

/** Ids of providers that differ from the vendor of their prices. */
const VENDOR_OF: Readonly<Record<string, string>> = {
  bedrock: 'amazon-bedrock',
  cloudflare: 'cloudflare-workers-ai',
  fireworks: 'fireworks-ai',
  moonshot: 'moonshotai',
  together: 'togetherai',
  'vercel-gateway': 'vercel',
};

/** Returns `vendor/id` of every model that a README, a document or an example names, with the files that name it. */
export function namedModels(vendors: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const providers = [...vendors, ...Object.keys(VENDOR_OF)].join('|');
  const pattern = new RegExp(`(?<![\\w@/.:-])(${providers})/([\\w.:/-]*[\\w])(?![*…<])`, 'g');
  const examples = filesIn('apps/examples').filter((file) => /\.[jt]sx?$/.test(file));
  const found = new Map<string, string[]>();
  for (const file of [...documents, ...examples]) {
    for (const [, provider = '', id = ''] of read(file).matchAll(pattern)) {
      const name = `${VENDOR_OF[provider] ?? provider}/${id}`;
      found.set(name, [...(found.get(name) ?? []), file]);
    }
  }
  return found;
}
