import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];
type Build = Parameters<Plugin['setup']>[0];

/**
 * Returns a plugin that bundles `page.html` with `main.tsx` and `page.css` of the same folder into one HTML file. The module
 * exports the HTML, and the hashes of its script and style for the content security policy of the page.
 */
export function inspectorPage(): Plugin {
  return {
    name: 'inspector-page',
    setup(build) {
      build.onLoad({ filter: /page\.html$/ }, async ({ path }) => {
        const folder = dirname(path);
        const [script, style, frame] = await Promise.all([
          bundled(build, join(folder, 'main.tsx')),
          bundled(build, join(folder, 'page.css')),
          readFile(path, 'utf8'),
        ]);
        // A closing tag in a string of the script would end the script element.
        const safe = script.replaceAll('</', '<\\/');
        const html = frame
          .replace('<style></style>', () => `<style>${style}</style>`)
          .replace('<script type="module"></script>', () => `<script type="module">${safe}</script>`);
        const page = { html, script: hashOf(safe), style: hashOf(style) };
        return { contents: `export const PAGE = ${JSON.stringify(page)};`, loader: 'js', resolveDir: folder };
      });
    },
  };
}

async function bundled(build: Build, entry: string): Promise<string> {
  const { outputFiles } = await build.esbuild.build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
  return (outputFiles[0]?.text ?? '').trim();
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
