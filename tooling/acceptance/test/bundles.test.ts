import { build } from 'esbuild';
import { expect, it } from 'vitest';

/** Returns the bundle of this code withoutTools the vendors' SDKs. */
async function bundleOf(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['openai', 'openai/*', '@anthropic-ai/*', '@google/*', 'node:*'],
    treeShaking: true,
  });
  return outputFiles.map(({ text }) => text).join('');
}

it.each([
  ['@majordomo/provider-anthropic', 'createAnthropic', 'anthropicTools', 'web_search'],
  ['@majordomo/provider-openai', 'createOpenAI', 'openaiTools', 'require_approval'],
  ['@majordomo/provider-google', 'createGoogle', 'googleTools', 'fileSearchStoreNames'],
])(
  'a bundle that does not import the tools of %s does not contain them',
  async (name, create, tools, toolCode) => {
    const [withoutTools, withTools] = await Promise.all([
      bundleOf(`import { ${create} } from '${name}'; console.log(${create}());`),
      bundleOf(`import { ${create}, ${tools} } from '${name}'; console.log(${create}(), ${tools});`),
    ]);
    expect([withoutTools.includes(toolCode), withTools.includes(toolCode)]).toEqual([false, true]);
  },
);
