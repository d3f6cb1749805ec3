/** Returns a function that matches a path (with `/`) against globs. A glob may contain `**`, `*`, `?` and `{a,b}`. */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  const pattern = new RegExp(`^(?:${globs.map(source).join('|')})$`);
  return (path) => pattern.test(path);
}

function source(glob: string): string {
  const braced = glob.includes('{');
  return glob.replace(/^\.\//, '').replace(TOKEN, (token) => {
    if (token === ',') return braced ? '|' : ',';
    return WILDCARDS[token] ?? `\\${token}`;
  });
}

const TOKEN = /\*\*\/|\*\*|[*?{},.+^$()|[\]\\]/g;

const WILDCARDS: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
  '{': '(?:',
  '}': ')',
};
