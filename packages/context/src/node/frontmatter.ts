const FENCE = '---\n';

/** Returns the text without front matter: lines of names and values between two `---` lines at its beginning. */
export function withoutFrontmatter(text: string): string {
  if (!text.startsWith(FENCE)) return text;
  const end = `${text}\n`.indexOf('\n---\n', FENCE.length - 1);
  if (end === -1) return text;
  const lines = text.slice(FENCE.length, end).split('\n');
  return lines.every(isYaml) ? text.slice(end + 5).replace(/^\n+/, '') : text;
}

const isYaml = (line: string): boolean =>
  line.trim() === '' ||
  /^\s*#/.test(line) ||
  /^\s+\S/.test(line) ||
  /^(?:[\w"'.-]+\s*:(?:\s|$)|-\s)/.test(line);
