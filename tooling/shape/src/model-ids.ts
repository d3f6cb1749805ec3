import { join } from 'node:path';
import { packageOf } from '../../build/packages.ts';
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

/** Type unions of model ids, by the package that installs the SDK. */
const UNIONS = [
  {
    from: 'provider-openai',
    sdk: 'openai',
    vendor: 'openai',
    file: 'resources/shared.d.ts',
    types: /type (?:ChatModel|AllModels|ResponsesModel) =([^;]+);/g,
  },
  {
    from: 'provider-openai',
    sdk: 'openai',
    vendor: 'openai',
    file: 'resources/embeddings.d.ts',
    types: /type EmbeddingModel =([^;]+);/g,
  },
  {
    from: 'provider-anthropic',
    sdk: '@anthropic-ai/sdk',
    vendor: 'anthropic',
    file: 'resources/messages/messages.d.ts',
    types: /type Model =([^;]+);/g,
  },
  {
    from: 'provider-groq',
    sdk: 'groq-sdk',
    vendor: 'groq',
    file: 'resources/chat/completions.d.ts',
    types: /model: \(string & \{\}\) \|([^;]+);/g,
  },
] as const;

/** Returns `vendor/id` of every model in the type unions of the installed SDKs. */
export function modelsOfSdks(): readonly string[] {
  return UNIONS.flatMap(({ from, sdk, vendor, file, types }) => {
    const text = read(join(packageOf(from).path, 'node_modules', sdk, file));
    const unions = [...text.matchAll(types)].map(([, union = '']) => union);
    return unions.flatMap((union) =>
      [...union.matchAll(/'([^']+)'/g)].map(([, id = '']) => `${vendor}/${id}`),
    );
  });
}
