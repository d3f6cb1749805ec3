const FENCE = '---\n';

/** Returns the text without front matter. Front matter is YAML between two `---` lines at the beginning. */
export function withoutFrontmatter(text: string): string {
  if (!text.startsWith(FENCE)) return text;
  const end = `${text}\n`.indexOf('\n---\n', FENCE.length - 1);
  if (end === -1) return text;
  const lines = text.slice(FENCE.length, end).split('\n');
  return lines.every((line) => YAML_LINE.test(line)) ? text.slice(end + 5).replace(/^\n+/, '') : text;
}

/** Matches a YAML line: an empty line, an indented line, a comment, an item, or a name with a value. */
const YAML_LINE = /^(?:$|[\s#]|-\s|[\w"'.-]+\s*:(?:\s|$))/;
