const FENCE = '---\n';
const CLOSING_FENCE = '\n---\n';

/** Returns the text without front matter. Front matter is YAML between two `---` lines at the beginning. */
export function withoutFrontmatter(text: string): string {
  if (!text.startsWith(FENCE)) return text;
  // The added line end finds a fence at the end of the text, and the search begins at the line end of the first fence, because front
  // matter may be empty.
  const end = `${text}\n`.indexOf(CLOSING_FENCE, FENCE.length - 1);
  if (end === -1) return text;
  const lines = text.slice(FENCE.length, end).split('\n');
  return lines.every((line) => YAML_LINE.test(line))
    ? text.slice(end + CLOSING_FENCE.length).replace(/^\n+/, '')
    : text;
}

/** Matches a YAML line: an empty line, an indented line, a comment, an item, or a name with a value. */
const YAML_LINE = /^(?:$|[\s#]|-\s|[\w"'.-]+\s*:(?:\s|$))/;
