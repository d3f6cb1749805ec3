const OPEN = /<(think|thinking|reasoning)(?:\s[^<>]{0,100})?>/gi;
const CLOSE = /<\/(?:think|thinking|reasoning)\s{0,9}>/i;

/** Returns the text without reasoning blocks that begin at the start of a line. An unclosed block reaches to the end. */
export function withoutThinking(text: string): string {
  // Some servers remove only the opening tag, so text before a closing tag without an opening tag is reasoning.
  const first = CLOSE.exec(text);
  // A copy of the pattern, because `test` of a global pattern begins at its `lastIndex`.
  const isCut = first !== null && !new RegExp(OPEN).test(text.slice(0, first.index));
  const answer = isCut ? text.slice(first.index + first[0].length) : text;
  const lower = answer.toLowerCase();
  let visible = '';
  let at = 0;
  for (const { 1: name = '', index } of answer.matchAll(OPEN)) {
    if (index < at || !isLineStart(answer, index)) continue;
    visible += answer.slice(at, index);
    const end = lower.indexOf(`</${name.toLowerCase()}`, index);
    const close = end === -1 ? -1 : answer.indexOf('>', end);
    if (close === -1) return visible.trim();
    at = close + 1;
  }
  return (visible + answer.slice(at)).trim();
}

function isLineStart(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === ' ' || text[before] === '\t') before--;
  return before < 0 || text[before] === '\n';
}
