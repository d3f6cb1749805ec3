const OPEN = /<(think|thinking|reasoning)(?:\s[^<>]{0,100})?>/gi;
const CLOSE = /<\/(?:think|thinking|reasoning)\s{0,9}>/i;

/** Returns the text without reasoning blocks that begin at the start of a line. An unclosed block reaches to the end. */
export function withoutThinking(text: string): string {
  // A server that cut the beginning leaves the end.
  const first = CLOSE.exec(text);
  const isCut = first !== null && !new RegExp(OPEN).test(text.slice(0, first.index));
  const whole = isCut ? text.slice(first.index + first[0].length) : text;
  const lower = whole.toLowerCase();
  let said = '';
  let at = 0;
  for (const { 0: tag, 1: name = '', index } of whole.matchAll(OPEN)) {
    if (index < at || !isLineStart(whole, index)) continue;
    said += whole.slice(at, index);
    const end = lower.indexOf(`</${name.toLowerCase()}`, index + tag.length);
    const close = end === -1 ? -1 : whole.indexOf('>', end);
    if (close === -1) return said.trim();
    at = close + 1;
  }
  return (said + whole.slice(at)).trim();
}

function isLineStart(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === ' ' || text[before] === '\t') before--;
  return before < 0 || text[before] === '\n';
}
